import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARTIFACT_FILES, type ArtifactFileName, parseArtifact, readArtifactFolder } from '@swe-selfplay/artifact';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aDiff, artifactFiles } from '../../packages/artifact/test-support/an-artifact.js';
import { FUZZ_TIMEOUT_MS, tries } from './effort.js';
import { createDice, mutateBytes } from './mutate.mjs';
import { mutateArtifact } from './mutate-artifact.mjs';

type Files = Partial<Record<ArtifactFileName, Uint8Array>>;

/** Real diffs as parts of artifacts: the history of the example. */
const HISTORY = new URL('../../examples/tallybook/history/', import.meta.url);
const diffs = readdirSync(HISTORY)
  .filter((name) => name.endsWith('.diff'))
  .map((name) => readFileSync(new URL(name, HISTORY)));
const starts = [
  artifactFiles({ 'artifact.json': '{"formatVersion":1,"strategy":"removal","seed":7,"details":{"a":[1,2]}}' }),
  ...diffs.slice(0, 8).map((diff) => artifactFiles({ 'bug_inject.diff': diff })),
  artifactFiles({ 'test_files.txt': 'a.py\n\n  \ntests/\u00e4 b.py\n', 'test_weaken.diff': aDiff('a.py', 'x', 'y') }),
];

let root: string;
let pipe: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fuzz-artifact-reader-'));
  pipe = join(root, 'pipe');
  execFileSync('mkfifo', [pipe]);
});
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

function mutantOf(seed: number): Files {
  const dice = createDice(seed);
  const files: Files = { ...dice.pick(starts) };
  for (const name of [...ARTIFACT_FILES, 'artifact.json'] as const) {
    const content = files[name];
    if (content !== undefined && dice.chance(0.4))
      files[name] = mutateBytes(dice, content, dice.pick(starts)[name] ?? content);
    if (dice.chance(0.02)) delete files[name];
  }
  return files;
}

/** What holds of every reading: it is an artifact without problems, or says what is wrong in sentences. */
function expectSound(reading: ReturnType<typeof parseArtifact>): void {
  for (const problem of [...(reading.status === 'read' ? [] : reading.problems), ...(reading.warnings ?? [])]) {
    expect(problem.reason).toMatch(/\.$/);
    expect(problem.reason.length).toBeLessThan(5_000);
    if (problem.line !== undefined) expect(problem.line).toBeGreaterThan(0);
  }
  if (reading.status === 'malformed') {
    expect(reading.problems.length).toBeGreaterThan(0);
    return;
  }
  const { artifact } = reading;
  expect(artifact.testFiles.length).toBe(new Set(artifact.testFiles).size);
  for (const path of artifact.testFiles) expect(path).not.toMatch(/(^|\/)(\.\.?|\.git)?(\/|$)|[\0\n*?[\]]/i);
  const again = parseArtifact({ ...artifact.files });
  expect(again.status === 'read' && again.artifact.id).toBe(artifact.id);
  // A provenance can be written again, whatever it held.
  expect(JSON.parse(JSON.stringify(artifact.provenance ?? null))).toEqual(artifact.provenance ?? null);
}

test(
  'mutants of five files are artifacts or problems that are told, and never throw',
  () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => expectSound(parseArtifact(mutantOf(seed)))),
      tries(1_500),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'a folder reads as its files do',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const files = mutantOf(seed);
        const folder = mkdtempSync(join(root, 'folder-'));
        for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
        expect(await readArtifactFolder(folder)).toEqual(parseArtifact(files));
        rmSync(folder, { recursive: true });
      }),
      tries(50),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'mutants of what an artifact means are read without throwing',
  () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, runsAnew) => {
        const dice = createDice(seed);
        const { files } = mutateArtifact(
          dice,
          starts[0] as Record<string, Uint8Array>,
          starts as Record<string, Uint8Array>[],
          runsAnew,
        );
        expectSound(parseArtifact(files));
      }),
      tries(500),
    );
  },
  FUZZ_TIMEOUT_MS,
);

const STAND_INS: Readonly<Record<string, (path: string) => unknown>> = {
  'a pipe': (path) => linkSync(pipe, path),
  'a directory': (path) => mkdirSync(path),
  'a link to a device that never ends': (path) => symlinkSync('/dev/zero', path),
  'a link to a pipe': (path) => symlinkSync(pipe, path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to nothing': (path) => symlinkSync('nowhere', path),
  'a hundred megabytes': (path) => {
    writeFileSync(path, 'x');
    truncateSync(path, 100 * 1024 ** 2);
  },
  'a socket': (path) => new Promise<void>((done) => createServer().listen(path, done).unref()),
};

test.each(Object.entries(STAND_INS))('%s in place of any of the files is a problem at once', async (_, standIn) => {
  for (const name of [...ARTIFACT_FILES, 'artifact.json'] as const) {
    const folder = mkdtempSync(join(root, 'f-'));
    for (const [other, content] of Object.entries(artifactFiles()))
      if (other !== name) writeFileSync(join(folder, other), content);
    await standIn(join(folder, name));
    const reading = await readArtifactFolder(folder);
    const told = name === 'artifact.json' ? reading.warnings : reading.status === 'malformed' ? reading.problems : [];
    expect(told).toMatchObject([{ file: name }]);
    rmSync(folder, { recursive: true });
  }
});

test('a file that grows while it is read is read to a length or refused, and the reading ends', async () => {
  const folder = mkdtempSync(join(root, 'growing-'));
  for (const [name, content] of Object.entries(artifactFiles())) writeFileSync(join(folder, name), content);
  const script = join(folder, 'test_script.sh');
  const writer = spawn('bash', ['-c', 'while true; do printf "%065536d\\n" 1; done >> "$0"', script], {
    stdio: 'ignore',
  });
  try {
    for (let status = ''; status !== 'malformed'; ) {
      const reading = await readArtifactFolder(folder);
      expectSound(reading);
      status = reading.status;
    }
  } finally {
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  }
});

test('what takes the place of a file between two looks at it is neither followed nor waited for', async () => {
  const folder = mkdtempSync(join(root, 'swapped-'));
  for (const [name, content] of Object.entries(artifactFiles())) writeFileSync(join(folder, name), content);
  const script = join(folder, 'test_script.sh');
  const secret = join(root, 'secret');
  writeFileSync(secret, 'the secret\n');
  const swapped = `while true; do ln -sfn "$1" "$0.l"; mv -fT "$0.l" "$0"; ln -f "$2" "$0.p"; mv -fT "$0.p" "$0"; echo echo > "$0.s"; mv -fT "$0.s" "$0"; done`;
  const swapper = spawn('bash', ['-c', swapped, script, secret, pipe], { stdio: 'ignore', detached: true });
  try {
    for (let look = 0; look < 200; look += 1) {
      const reading = await readArtifactFolder(folder);
      const read = reading.status === 'read' ? reading.artifact.files['test_script.sh'] : new Uint8Array();
      expect(Buffer.from(read).toString()).not.toContain('secret');
    }
  } finally {
    // With the program that it has just started, which would go on in the folder.
    process.kill(-swapper.pid!, 'SIGKILL');
    await once(swapper, 'exit');
  }
});
