import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyPatch,
  createSnapshot,
  listPaths,
  memoryBase,
  type Patch,
  parsePatch,
  printPatch,
  reversePatch,
  reversePatchOn,
  type Snapshot,
  touchedPaths,
} from '@swe-selfplay/artifact';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGitTrees, type GitTrees } from '../../packages/artifact/test-support/git-trees.js';
import { accepted, asPrinted, executable, link, snapshotOf } from '../../packages/artifact/test-support/patches.js';
import { attempts, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './effort.js';
import { createDice, mutateBytes } from './mutate.mjs';

interface RealPatch {
  readonly text: Uint8Array;
  readonly before: Snapshot;
  /** Git's id of the tree before. */
  readonly tree: string;
}

let directory: string;
let git: GitTrees;
const real: RealPatch[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fuzz-patches-'));
  git = createGitTrees(directory);
  const history = new URL('../../examples/tallybook/history/', import.meta.url);
  let before = createSnapshot(memoryBase({}));
  for (const name of readdirSync(history)
    .filter((each) => each.endsWith('.diff'))
    .sort()) {
    const text = new Uint8Array(readFileSync(new URL(name, history)));
    const parse = parsePatch(text);
    const applied = parse.status === 'parsed' ? await applyPatch(before, parse.patch) : parse;
    if (applied.status === 'refused') throw new Error(`${name}: ${applied.reason}`);
    if (text.length < 20_000) real.push({ text, before, tree: await git.write(before) });
    before = applied.snapshot;
  }
  const old = oddTree();
  const tree = await git.write(old);
  const next = await git.write(changedOddTree());
  for (const options of [
    ['-M'],
    ['-M', '--full-index', '-U0'],
    ['-B', '-M', '-C', '--find-copies-harder'],
    ['--no-renames', '-U9'],
  ])
    for (let copy = 0; copy < 4; copy += 1)
      real.push({ text: git.diff(tree, next, '--binary', ...options), before: old, tree });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Files of all sorts: binary, links, modes, odd names, odd ends of lines. */
function oddTree(): Snapshot {
  return snapshotOf({
    'two words.txt': 'one\ntwo\nthree\n',
    'caf\u00e9': 'x\r\ny\r\n',
    'tab\there': 'a\nb',
    binary: '\0\x01\x02'.repeat(50),
    run: executable('#!/bin/sh\necho\n'),
    'to-move': Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join(''),
    pointer: link('run'),
    gone: 'old\n',
    'dir/below': 'deep\n',
    empty: '',
  });
}

function changedOddTree(): Snapshot {
  return snapshotOf({
    'two words.txt': 'one\n2\nthree\nfour',
    'caf\u00e9': 'x\r\nz\r\n',
    'tab\there': 'a\nb\n',
    binary: `${'\0\x01\x02'.repeat(49)}\0\x03`,
    run: '#!/bin/sh\necho\n',
    'moved/here': Array.from({ length: 30 }, (_, at) => `line ${at === 7 ? 'seven' : at}\n`).join(''),
    pointer: link('empty'),
    'new file': 'new\n',
    dir: 'a file now\n',
    empty: executable(''),
  });
}

function mutant(number: number): RealPatch {
  const dice = createDice(FUZZ_SEED * 7919 + number);
  const { text, ...place } = dice.pick(real);
  return { text: mutateBytes(dice, text, dice.pick(real).text), ...place };
}

test(
  'what parses of a mutant prints, reads as the same, and its reverse is its inverse',
  async () => {
    let appliedCount = 0;
    for (const number of attempts(1_000)) {
      const { text, before } = mutant(number);
      const parse = parsePatch(text);
      if (parse.status === 'refused') {
        expect(parse.reason.length).toBeLessThan(2_000);
        continue;
      }
      const { patch } = parse;
      const printed = parsePatch(printPatch(patch));
      expect(accepted(printed).patch, `mutant ${number}`).toEqual(asPrinted(patch));
      expectInside(patch);
      const reversal = reversePatch(patch);
      if (reversal.status === 'reversed')
        expect(accepted(reversePatch(reversal.patch)).patch.files).toHaveLength(patch.files.length);
      const applied = await applyPatch(before, patch);
      if (applied.status === 'refused') continue;
      appliedCount += 1;
      const back = accepted(await reversePatchOn(before, patch)).patch;
      expect(accepted(await applyPatch(applied.snapshot, back)).snapshot.digest, `mutant ${number}`).toBe(
        before.digest,
      );
    }
    expect(appliedCount).toBeGreaterThan(20);
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'where a mutant applies git applies it too, to the same tree',
  async () => {
    let compared = 0;
    for (const number of attempts(200)) {
      const { text, before, tree } = mutant(1_000_000 + number);
      const parse = parsePatch(text);
      if (parse.status === 'refused') continue;
      const applied = await applyPatch(before, parse.patch);
      if (applied.status === 'refused') continue;
      const ours = await git.write(applied.snapshot);
      expect(treeByGit(tree, text) ?? ours, `mutant ${number}`).toBe(ours);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  },
  FUZZ_TIMEOUT_MS,
);

/**
 * Git's tree after a patch; undefined for the liberties that are taken: the last line feed may be missing, since the
 * counts tell that all is there, and so may the ids of binary data that states both its sides.
 */
function treeByGit(tree: string, text: Uint8Array): string | undefined {
  const whole = text.at(-1) === 10 ? text : Buffer.concat([text, Buffer.from('\n')]);
  try {
    return git.apply(tree, whole, '--unidiff-zero');
  } catch (error) {
    if (String((error as { stderr?: unknown }).stderr).includes('without full index line')) return undefined;
    throw error;
  }
}

test(
  'the files that git lists for a patch are the ones that we list',
  () => {
    for (const number of attempts(60)) {
      const { text } = mutant(2_000_000 + number);
      const parse = parsePatch(text);
      if (parse.status === 'refused' || text.at(-1) !== 10) continue;
      const listed = execFileSync('git', ['apply', '--numstat', '-z', '-'], { cwd: directory, input: text }).toString();
      const names = listed
        .split('\0')
        .flatMap((field) => (field === '' ? [] : [field.replace(/^[-\d]+\t[-\d]+\t/, '')]));
      const ours = new Set(touchedPaths(parse.patch));
      for (const name of names.filter((each) => each !== '')) expect(ours, `mutant ${number}`).toContain(name);
    }
  },
  FUZZ_TIMEOUT_MS,
);

function expectInside(patch: Patch): void {
  for (const path of touchedPaths(patch)) {
    expect(path).not.toMatch(/^\/|(^|\/)(\.\.?|\.git)(\/|$)|\0/i);
  }
}

test('trees of the mutants hold nothing outside of themselves', () => {
  for (const { before } of real) for (const path of listPaths(before)) expect(path).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/);
});
