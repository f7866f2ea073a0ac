import {
  applyPatch,
  createSnapshot,
  diffSnapshots,
  memoryBase,
  parseArtifact,
  parsePatch,
  parseReport,
  printPatch,
  reversePatch,
  type Snapshot,
} from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { encodeBinaryLines } from '../../packages/artifact/src/git-binary.js';

/** Far beyond what anything here takes, and far below what one quadratic step more would. */
const GENEROUS_MS = 30_000;
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const repeat = (count: number, piece: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');
const header = (path: string) => `diff --git a/${path} b/${path}\n`;
const newFile = (path: string) =>
  `${header(path)}new file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
const binary = (path: string, stated: number, data: Uint8Array) =>
  `${header(path)}new file mode 100644\nindex ${'0'.repeat(40)}..${'1'.repeat(40)}\nGIT binary patch\nliteral ${stated}\n` +
  `${encodeBinaryLines(data).join('\n')}\n\n`;
const empty = createSnapshot(memoryBase({}));

/** Reads a patch and does with it all that can be done. */
async function useUp(text: string, before = empty): Promise<string> {
  const parse = parsePatch(bytes(text));
  if (parse.status === 'refused') return parse.code;
  printPatch(parse.patch);
  reversePatch(parse.patch);
  const applied = await applyPatch(before, parse.patch);
  if (applied.status === 'refused') return applied.code;
  printPatch(await diffSnapshots(before, applied.snapshot, { renames: true }));
  return 'applied';
}

const manyLines = createSnapshot(memoryBase({ a: { mode: '100644', content: bytes('a\nb\nc\n'.repeat(40_000)) } }));
const manyFiles = createSnapshot(
  memoryBase(
    Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [`f${at}`, { mode: '100644' as const, content: bytes(`x${at}\n`) }]),
    ),
  ),
);

interface Case {
  readonly title: string;
  readonly outcome: string;
  readonly text: () => string;
  /** Default: empty. */
  readonly before?: Snapshot;
}

const renamed = (from: number, to: string) =>
  `diff --git a/f${from} b/${to}\nsimilarity index 100%\nrename from f${from}\nrename to ${to}\n`;
const lastDeleted = `${header('f4999')}deleted file mode 100644\n--- a/f4999\n+++ /dev/null\n@@ -1 +0,0 @@\n-x4999\n`;
const manyHunks = repeat(40_000, (at) => `@@ -${at * 3 + 1} +${at * 3 + 1} @@\n-a\n+b\n`);

const CASES: readonly Case[] = [
  {
    title: 'many hunks',
    outcome: 'applied',
    text: () => `${header('a')}--- a/a\n+++ b/a\n${manyHunks}`,
    before: manyLines,
  },
  { title: 'thousands of new files', outcome: 'applied', text: () => repeat(5_000, (at) => newFile(`d${at}/f`)) },
  { title: 'deep paths', outcome: 'applied', text: () => repeat(3_000, (at) => newFile(`${'d/'.repeat(98)}f${at}`)) },
  {
    title: 'thousands of renames',
    outcome: 'applied',
    text: () => repeat(5_000, (at) => renamed(at, `g${at}`)),
    before: manyFiles,
  },
  {
    title: 'a long chain of renames',
    outcome: 'applied',
    text: () => `${repeat(4_999, (at) => renamed(at, `f${at + 1}`))}${lastDeleted}`,
    before: manyFiles,
  },
  {
    title: 'a long heading',
    outcome: 'malformed',
    text: () => `${header('a')}--- a/a\n+++ b/a\n@@ -1 +1 @@ ${'x'.repeat(4_000_000)}`,
  },
  { title: 'a long header', outcome: 'malformed', text: () => `diff --git ${' '.repeat(4_000_000)}` },
  { title: 'blank lines', outcome: 'empty', text: () => '\n'.repeat(1_000_000) },
  { title: 'many quotes', outcome: 'malformed', text: () => `diff --git "a/${'\\"'.repeat(9_000)}\n`.repeat(50) },
  {
    title: 'a zlib bomb of another size',
    outcome: 'malformed',
    text: () => binary('a', 10, new Uint8Array(50_000_000)),
  },
  {
    title: 'zlib bombs beyond the limit',
    outcome: 'too-large',
    text: () => repeat(3, (at) => binary(`a${at}`, 30_000_000, new Uint8Array(30_000_000))),
  },
];

test.each(CASES)('a patch of $title is dealt with at once: $outcome', async ({ outcome, text, before }) => {
  const startedAt = performance.now();
  expect(await useUp(text(), before)).toBe(outcome);
  expect(performance.now() - startedAt).toBeLessThan(GENEROUS_MS);
});

const nested = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;

test.each([
  ['test_files.txt', repeat(100_000, (at) => `t${at}\n`)],
  ['test_files.txt', repeat(100_000, (at) => `t${at}*\n`)],
  ['test_files.txt', `${'a/'.repeat(500_000)}x`],
  ['test_script.sh', `${'\n'.repeat(1_000_000)}\xff`],
  ['test_script.sh', `${'\n'.repeat(1_000_000)}\0`],
  ['artifact.json', nested],
  ['artifact.json', `{"details":{"a":${nested}}}`],
  ['artifact.json', `{"details":{${repeat(60_000, (at) => `"k${at}":1,`)}"z":1}}`],
] as const)('%s of a megabyte of nonsense is read at once (%#)', (file, text) => {
  const startedAt = performance.now();
  const reading = parseArtifact({ [file]: bytes(text) });
  for (const { reason } of [...(reading.status === 'malformed' ? reading.problems : []), ...(reading.warnings ?? [])])
    expect(reason.length).toBeLessThan(2_000);
  expect(performance.now() - startedAt).toBeLessThan(GENEROUS_MS);
});

test.each([
  `{"a":${nested}}`,
  nested,
  `{"${'\\u0061'.repeat(300_000)}":"passed"}`,
  `{"${'\\ud800'.repeat(300_000)}":"passed"}`,
  `{${'"a":'.repeat(300_000)}`,
  `{${' '.repeat(2_000_000)}}`,
  `{${repeat(60_000, (at) => `"${at}":"passed",`)}"0":"failed"}`,
])('a report of megabytes of nonsense is read at once (%#)', (text) => {
  const startedAt = performance.now();
  const parse = parseReport(bytes(text));
  if (parse.status === 'invalid') expect(parse.reason.length).toBeLessThan(2_000);
  expect(performance.now() - startedAt).toBeLessThan(GENEROUS_MS);
});
