// Compares patches as values with git on real histories; needs a build (tsc -b).
//   node bench/compare-patches-with-git.mjs REPOSITORY... [--commits N] [--apply-every N] [--rewrites]
// For each commit that has exactly one parent: what `git diff` prints is parsed and applied to the parent's tree and must
// give the commit's tree (every path, mode and blob id); reversed and applied it must give the parent's tree back.
// On every Nth commit our own diff, printed, and its reverse, printed, must be accepted by `git apply` and give git's
// tree ids. With --rewrites git also looks for rewrites and copies (-B -C). Repositories are only read: what `git apply`
// writes goes to a temporary object directory.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  applyPatch,
  blobId,
  createSnapshot,
  diffSnapshots,
  parsePatch,
  printPatch,
  reversePatch,
  reversePatchOn,
} from '../packages/artifact/dist/index.js';

const GIT_OPTIONS = ['-c', 'core.quotePath=true', '-c', 'diff.noprefix=false', '-c', 'diff.mnemonicPrefix=false'];
const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ATTR_NOSYSTEM: '1',
};
const DIFF = ['diff', '--binary', '--full-index', '-M', '--no-ext-diff', '--no-textconv', '--no-color'];

/** Blobs of one repository through one `git cat-file --batch`, answered in the order of the questions. */
function openBlobs(git) {
  const child = spawn('git', ['--git-dir', git, 'cat-file', '--batch'], {
    env: ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = [];
  let buffered = Buffer.alloc(0);
  child.stdout.on('data', (piece) => {
    buffered = Buffer.concat([buffered, piece]);
    for (;;) {
      const end = buffered.indexOf(10);
      if (end === -1) return;
      const size = Number(buffered.subarray(0, end).toString().split(' ')[2]);
      if (buffered.length < end + 2 + size) return;
      waiting.shift()(new Uint8Array(buffered.subarray(end + 1, end + 1 + size)));
      buffered = buffered.subarray(end + 2 + size);
    }
  });
  return {
    read: (id) =>
      new Promise((done) => {
        waiting.push(done);
        child.stdin.write(`${id}\n`);
      }),
    close: () => child.stdin.end(),
  };
}

function openRepository(git, scratch) {
  mkdirSync(join(scratch, 'objects'));
  const environment = {
    ...ENVIRONMENT,
    GIT_INDEX_FILE: join(scratch, 'index'),
    GIT_OBJECT_DIRECTORY: join(scratch, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(git, 'objects'),
  };
  const run = (args, options = {}) =>
    execFileSync('git', ['--git-dir', git, ...GIT_OPTIONS, ...args], {
      env: ENVIRONMENT,
      maxBuffer: 2 ** 30,
      ...options,
    });
  const runScratch = (args, input) =>
    run(args, { env: environment, cwd: scratch, input, stdio: ['pipe', 'pipe', 'pipe'] });
  return { git, run, runScratch, blobs: openBlobs(git) };
}

function readTree(repository, commit) {
  const entries = new Map();
  for (const line of repository.run(['ls-tree', '-r', '-z', commit]).toString().split('\0')) {
    const match = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line);
    if (match && match[1] !== '160000') entries.set(match[3], { mode: match[1], blobId: match[2] });
  }
  return entries;
}

function baseOf(repository, commit, entries) {
  const read = (path) => repository.blobs.read(entries.get(path).blobId);
  async function* readAll() {
    for (const [path, { mode }] of entries) yield { path, mode, content: await read(path) };
  }
  return { digest: commit, entries, read, readAll };
}

/** Paths at which a snapshot is not the tree that git lists. */
function differences(snapshot, expected) {
  const actual = new Map(snapshot.base.entries);
  for (const [path, entry] of snapshot.changes) {
    if (entry === null) actual.delete(path);
    else actual.set(path, { mode: entry.mode, blobId: blobId(entry.content) });
  }
  return [...new Set([...actual.keys(), ...expected.keys()])].filter((path) => {
    const [a, b] = [actual.get(path), expected.get(path)];
    return a?.mode !== b?.mode || a?.blobId !== b?.blobId;
  });
}

function gitTreeAfter(repository, start, patch) {
  repository.runScratch(['read-tree', start]);
  if (patch.length > 0) repository.runScratch(['apply', '--cached', '--whitespace=nowarn', '-'], patch);
  return repository.runScratch(['write-tree']).toString().trim();
}

function gitApplies(repository, start, patch) {
  try {
    gitTreeAfter(repository, start, patch);
    return true;
  } catch {
    return false;
  }
}

async function compareCommit(repository, commit, parent, withGitApply, counts) {
  const text = repository.run([
    ...DIFF,
    ...(values.rewrites ? ['-B', '-C', '--find-copies-harder'] : []),
    parent,
    commit,
  ]);
  if (text.length === 0) return { outcome: 'empty' };
  const started = performance.now();
  const parsed = parsePatch(text);
  if (parsed.status === 'refused') return { outcome: 'refused', what: `${parsed.code}: ${parsed.reason}` };
  const [before, after] = [readTree(repository, parent), readTree(repository, commit)];
  const from = createSnapshot(baseOf(repository, parent, before));
  const applied = await applyPatch(from, parsed.patch);
  counts.ms += performance.now() - started;
  counts.files += parsed.patch.files.length;
  if (applied.status === 'refused') {
    // With -B -C git prints copies onto files that exist, and refuses them itself.
    const isExpected = ['unsafe-link', 'unsafe-path'].includes(applied.code) || !gitApplies(repository, parent, text);
    return { outcome: isExpected ? 'refused' : 'different', what: `${applied.code}: ${applied.reason}` };
  }
  const forward = differences(applied.snapshot, after);
  if (forward.length > 0) return { outcome: 'different', what: `forward: ${forward.slice(0, 3)}` };

  let reversal = reversePatch(parsed.patch);
  if (reversal.status === 'refused') {
    counts.irreversible += 1;
    reversal = await reversePatchOn(from, parsed.patch);
  }
  if (reversal.status === 'refused') return { outcome: 'different', what: `reverse: ${reversal.reason}` };
  const back = await applyPatch(createSnapshot(baseOf(repository, commit, after)), reversal.patch);
  if (back.status === 'refused') {
    const outcome = ['unsafe-link', 'unsafe-path'].includes(back.code) ? 'refused' : 'different';
    return { outcome, what: `backward: ${back.code}: ${back.reason}` };
  }
  const backward = differences(back.snapshot, before);
  if (backward.length > 0) return { outcome: 'different', what: `backward: ${backward.slice(0, 3)}` };

  const printed = printPatch(parsed.patch);
  const reread = parsePatch(printed);
  if (reread.status === 'refused' || Buffer.compare(printPatch(reread.patch), printed) !== 0) {
    return { outcome: 'different', what: `print: ${reread.reason ?? 'printed twice it differs'}` };
  }
  if (withGitApply) {
    counts.gitApplied += 1;
    const own = await diffSnapshots(from, applied.snapshot, { renames: commit < '8' });
    const trees = [parent, commit].map((each) =>
      repository
        .run(['rev-parse', `${each}^{tree}`])
        .toString()
        .trim(),
    );
    try {
      const reversed = reversePatch(own);
      if (gitTreeAfter(repository, parent, printPatch(own)) !== trees[1])
        return { outcome: 'different', what: 'git apply of our diff' };
      if (gitTreeAfter(repository, commit, printPatch(reversed.patch)) !== trees[0])
        return { outcome: 'different', what: 'git apply of our reverse' };
      if (gitTreeAfter(repository, parent, printed) !== trees[1])
        return { outcome: 'different', what: 'git apply of the printed patch' };
    } catch (error) {
      return { outcome: 'different', what: `git apply: ${String(error.stderr ?? error.stack).slice(0, 300)}` };
    }
  }
  return { outcome: 'equal' };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    commits: { type: 'string', default: '500' },
    'apply-every': { type: 'string', default: '5' },
    rewrites: { type: 'boolean', default: false },
  },
});
const totals = { commits: 0, different: 0 };
for (const directory of positionals) {
  const scratch = mkdtempSync(join(tmpdir(), 'compare-patches-'));
  const repository = openRepository(
    resolve(
      execFileSync('git', ['-C', directory, 'rev-parse', '--absolute-git-dir'], { env: ENVIRONMENT }).toString().trim(),
    ),
    scratch,
  );
  const counts = { equal: 0, empty: 0, refused: 0, different: 0, files: 0, gitApplied: 0, irreversible: 0, ms: 0 };
  const log = repository
    .run(['log', '--format=%H %P', '--no-merges', `--max-count=${values.commits}`, 'HEAD'])
    .toString();
  const pairs = log
    .split('\n')
    .map((line) => line.split(' '))
    .filter((ids) => ids.length === 2 && ids[1] !== '');
  try {
    for (const [number, [commit, parent]] of pairs.entries()) {
      const { outcome, what } = await compareCommit(
        repository,
        commit,
        parent,
        number % Number(values['apply-every']) === 0,
        counts,
      );
      counts[outcome] += 1;
      if (what !== undefined) console.log(`${outcome} ${commit.slice(0, 12)} ${what}`);
    }
  } finally {
    repository.blobs.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  totals.commits += pairs.length;
  totals.different += counts.different;
  console.log(`${directory}: ${pairs.length} commits, ${JSON.stringify({ ...counts, ms: Math.round(counts.ms) })}`);
}
console.log(`${totals.commits} commits compared, ${totals.different} differences`);
process.exitCode = totals.different === 0 ? 0 : 1;
