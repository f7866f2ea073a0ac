import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFile, withFiles } from '@swe-selfplay/artifact';
import { createTask } from '../src/create-task.js';
import type { SolverTask } from '../src/solver-task.js';
import { BUG, FAIL_TO_PASS, MONEY, original, sampleArtifact } from './sample-project.js';

/** The source that the bug is put in, as the solver gets it. */
export const BUGGY_MONEY: string = MONEY.replace(BUG.good, BUG.bad);

/** The sample task of a repository that holds further files. */
export async function plantedTask(files: Readonly<Record<string, string | Uint8Array>>): Promise<SolverTask> {
  const entries = Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return [path, { mode: '100644', content: bytes }] as const;
  });
  const planted = withFiles(original, entries);
  const artifact = await sampleArtifact();
  return createTask({ original: planted, artifact, failToPass: FAIL_TO_PASS, passToPass: [] });
}

/** What a program of the host makes of these files, in a directory of its own: the bytes of those asked for. */
export function made(
  files: Readonly<Record<string, string>>,
  script: string,
  wanted: readonly string[],
): Record<string, Uint8Array> {
  const directory = mkdtempSync(join(tmpdir(), 'planted-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    execFileSync('bash', ['-ec', script], { cwd: directory, stdio: 'pipe' });
    const paths = wanted.flatMap((path) => (path.endsWith('/') ? listBelow(directory, path) : [path]));
    return Object.fromEntries(paths.map((path) => [path, readFileSync(join(directory, path))]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function listBelow(directory: string, path: string): string[] {
  const output = execFileSync('find', [path, '-type', 'f'], { cwd: directory, encoding: 'utf8' });
  return output.trimEnd().split('\n');
}

/** Text of one file of a task as its solver gets it, undefined where there is none. */
export async function viewText(task: SolverTask, path: string): Promise<string | undefined> {
  const entry = await readFile(task.view.snapshot, path);
  return entry && Buffer.from(entry.content).toString();
}
