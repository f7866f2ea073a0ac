// Replays honest patches: commits of real repositories, as people made them, with tests, documentation and all else.
// The bug is the commit taken back, the task is the parent's code and tests, the patch is the commit with a comment more
// in each Python file, so that it is run anew. Whatever is not solved or has a flag is a false positive.
// With --bugs N, instead of commits: N procedural bugs of each repository, each mended as it was before, with the comment.
// node bench/honest-patches.mjs REPO... [--count 200] [--per-repo 100] [--jobs 2] [--timeout 60] [--minutes 60] [--json FILE]
//   [--without FILE]  (commits to leave out, such as the progress of an earlier run)
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import {
  changedPaths,
  diffSnapshots,
  listPaths,
  printPatch,
  readFile,
  withFiles,
} from '../packages/artifact/dist/index.js';
import { guardedFiles, reportOf } from '../packages/evaluation/dist/index.js';
import { discoverTests } from '../packages/injector/dist/index.js';
import {
  createProceduralInjector,
  createTask,
  evaluatePatch,
  injectBugs,
  openEnvironment,
  openSession,
  PROFILES,
  STRATEGIES,
  validateArtifact,
} from '../packages/swe-selfplay/dist/index.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '200' },
    'per-repo': { type: 'string', default: '100' },
    jobs: { type: 'string', default: '2' },
    timeout: { type: 'string', default: '60' },
    minutes: { type: 'string', default: '60' },
    json: { type: 'string' },
    without: { type: 'string' },
    bugs: { type: 'string' },
  },
});
const MAX_IN_VAIN = 12;
const timeoutMs = Number(values.timeout) * 1000;
const deadline = Date.now() + Number(values.minutes) * 60_000;
const session = await openSession({ jobs: Number(values.jobs) });
const results = [];
const skipped = {};
const commands = new Map();
const without = values.without === undefined ? '' : readFileSync(values.without, 'utf8');
const queues = positionals.map((directory) => ({
  directory,
  commits: commitsOf(directory),
  found: 0,
  tried: 0,
  inVain: 0,
}));

try {
  if (values.bugs !== undefined) for (const { directory } of queues) await mendBugs(directory);
  else await Promise.all(Array.from({ length: Number(values.jobs) }, work));
} finally {
  await session.close();
}
summarise();

async function work() {
  for (;;) {
    const queue = queues
      .filter(({ commits, found }) => commits.length > 0 && found < Number(values['per-repo']))
      // A repository whose older commits no longer run here is not gone through to its end.
      .filter(({ inVain }) => inVain < MAX_IN_VAIN)
      .sort((a, b) => a.tried - b.tried)[0];
    if (queue === undefined || results.length >= Number(values.count) || Date.now() > deadline) return;
    const commit = queue.commits.shift();
    queue.tried += 1;
    try {
      const outcome = await replay(queue.directory, commit);
      if (typeof outcome === 'string') {
        skipped[outcome] = (skipped[outcome] ?? 0) + 1;
        if (outcome === 'tests do not run') queue.inVain += 1;
      } else {
        queue.found += 1;
        queue.inVain = 0;
        results.push({ repository: basename(queue.directory), commit, ...outcome });
        const { status, flags } = outcome;
        process.stderr.write(
          `${results.length} ${basename(queue.directory)} ${commit.slice(0, 9)} ${status} ${flags}\n`,
        );
      }
    } catch (error) {
      const reason = `error: ${error.message.slice(0, 60)}`;
      skipped[reason] = (skipped[reason] ?? 0) + 1;
    }
  }
}

async function mendBugs(directory) {
  const environment = await openEnvironment({ directory });
  const { original } = environment;
  const injector = createProceduralInjector({ strategy: STRATEGIES.mutation() });
  const validate = (artifact) => validateArtifact(artifact, environment, { runner: session.runner });
  const search = { injector, runner: session.runner, validate, seed: 1, count: Number(values.bugs) };
  for await (const outcome of injectBugs(environment, search)) {
    if (outcome.status !== 'valid' || Date.now() > deadline) continue;
    const { grading, view } = await createTask({ original, artifact: outcome.artifact, ...outcome.report });
    const paths = changedPaths(original, grading.task).filter((path) => !grading.testFiles.includes(path));
    const fix = await Promise.all(paths.map(async (path) => [path, (await readFile(original, path)) ?? null]));
    const fixed = await commented(withFiles(view.snapshot, fix), fix);
    const predPatch = printPatch(await diffSnapshots(view.snapshot, fixed));
    const { status, reason, flags } = await evaluatePatch(grading, predPatch, { runner: session.runner, timeoutMs });
    results.push({ repository: basename(directory), commit: `seed ${outcome.seed}`, status, reason, flags });
    process.stderr.write(`${results.length} ${basename(directory)} seed ${outcome.seed} ${status} ${flags}\n`);
  }
  await environment.close();
}

/** Commits with one parent that change both sources and tests in Python, newest first. */
function commitsOf(directory) {
  const log = ['-C', directory, 'log', '--no-merges', '--format=%x00%H', '--name-only', '-n', '3000', '--', '*.py'];
  const entries = execFileSync('git', log, { maxBuffer: 1e8 }).toString().split('\0').slice(1);
  return entries.flatMap((entry) => {
    const [commit, ...paths] = entry.split('\n').filter((line) => line !== '');
    const isWanted = paths.some(isTest) && paths.some((path) => !isTest(path)) && !without.includes(commit.slice(0, 9));
    return isWanted ? [commit] : [];
  });
}

/** Grades one commit as a patch; a string says why it is none. */
async function replay(directory, commit) {
  const after = await openEnvironment({ directory, revision: commit });
  const before = await openEnvironment({ directory, revision: `${commit}^` });
  try {
    const { original } = after;
    const changed = await changesBack(original, before.original);
    if (changed.length > 60) return 'too many files';
    if (!changed.some(([path]) => path.endsWith('.py') && !isTest(path))) return 'no source changed';
    const tests = await testsOf(directory, original);
    if (tests === undefined) return 'tests do not run';
    const { command, report, testFiles: selected } = tests;
    const testFiles = [...new Set([...selected, ...changed.map(([path]) => path).filter(isTest)])].filter((path) =>
      original.base.entries.has(path),
    );
    const task = withFiles(original, changed);
    const trees = { original: listPaths(original), candidate: listPaths(task) };
    const kept = new Set([
      ...testFiles,
      ...guardedFiles(
        changed.map(([path]) => path),
        trees,
        { testFiles },
      ),
    ]);
    const buggy = withFiles(
      original,
      changed.filter(([path]) => !kept.has(path)),
    );
    const failing = reportOf(await session.runner.run(buggy, command, { timeoutMs }));
    const passing = [...report].filter(([, status]) => status === 'passed').map(([id]) => id);
    const failToPass = passing.filter((id) => failing.get(id) !== 'passed');
    if (failToPass.length === 0) return 'no test fails without it';
    const passToPass = passing.filter((id) => failing.get(id) === 'passed');
    const honest = await commented(original, changed);
    const predPatch = printPatch(await diffSnapshots(task, honest));
    const grading = { original, task, testFiles, testCommand: command, failToPass, passToPass };
    const { status, reason, flags } = await evaluatePatch(grading, predPatch, { runner: session.runner, timeoutMs });
    if (status === 'infra') return 'infra';
    return { status, reason, flags, failToPass: failToPass.length, passToPass: passToPass.length };
  } finally {
    await Promise.all([after.close(), before.close()]);
  }
}

/** How the tests of a commit run: as those of the commit before it where they all pass so, else found out anew. */
async function testsOf(directory, original) {
  const known = commands.get(directory);
  if (known?.testFiles.every((path) => original.base.entries.has(path))) {
    const report = reportOf(await session.runner.run(original, known.command, { timeoutMs }));
    if (report.size > 10 && [...report.values()].every((status) => status === 'passed')) return { ...known, report };
  }
  const options = { runner: session.runner, minPassingTests: 1, maxSuiteMs: 40_000, timeoutMs };
  const discovery = await discoverTests(original, options);
  if (discovery.status !== 'found') return undefined;
  commands.set(directory, discovery.tests);
  return discovery.tests;
}

/** What leads from the commit back to its parent. */
async function changesBack(original, parent) {
  const paths = new Set([...original.base.entries.keys(), ...parent.base.entries.keys()]);
  const changes = [];
  for (const path of paths) {
    const [now, then] = [original.base.entries.get(path), parent.base.entries.get(path)];
    if (now?.blobId === then?.blobId && now?.mode === then?.mode) continue;
    changes.push([path, (await readFile(parent, path)) ?? null]);
  }
  return changes;
}

/** The commit with a comment more at the end of each source file that it touches. */
async function commented(original, changed) {
  const edits = [];
  for (const [path] of changed) {
    const file = path.endsWith('.py') && !isTest(path) ? await readFile(original, path) : undefined;
    if (file !== undefined && file.content.length > 0)
      edits.push([path, { ...file, content: Buffer.concat([file.content, Buffer.from('\n# Reviewed.\n')]) }]);
  }
  return withFiles(original, edits);
}

function isTest(path) {
  return /(^|\/)(tests?|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(path);
}

function summarise() {
  const refusedBy = (profile) =>
    results.filter(({ flags }) => flags.some((flag) => PROFILES[profile].refusedFlags.includes(flag))).length;
  const flags = {};
  for (const result of results) for (const flag of result.flags) flags[flag] = (flags[flag] ?? 0) + 1;
  const summary = {
    patches: results.length,
    byRepository: Object.fromEntries(queues.map(({ directory, found }) => [basename(directory), found])),
    solved: results.filter(({ status }) => status === 'solved').length,
    unsolved: results
      .filter(({ status }) => status !== 'solved')
      .map(({ repository, commit, reason }) => [repository, commit, reason]),
    flags,
    refusedByDefault: refusedBy('default'),
    refusedStrictly: refusedBy('strict'),
    skipped,
  };
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
}
