import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'artifact-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs git as a person would, with an identity and without the machine's configuration; gives what it prints. */
export function git(directory: string, ...argv: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...identity, ...argv], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  }).trim();
}

/** Writes text files, making their directories. */
export function write(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** Commits everything; gives the id of the commit. Dates are fixed, a minute apart per `minute`. */
export function commit(directory: string, subject: string, minute = 0): string {
  git(directory, 'add', '-A');
  const date = `2024-01-02T03:${String(4 + minute).padStart(2, '0')}:05 +0200`;
  git(directory, '-c', `user.name=Ada`, 'commit', '-q', '--allow-empty', '-m', subject, `--date=${date}`);
  return git(directory, 'rev-parse', 'HEAD');
}

/** A repository with one commit of these files. */
export function aRepository(files: Readonly<Record<string, string | Uint8Array>> = { 'a.txt': 'a\n' }): string {
  const directory = temporaryDirectory();
  git(directory, 'init', '-q', '-b', 'main');
  write(directory, files);
  commit(directory, 'first');
  return directory;
}
