// Validates mutants of valid artifacts and holds each `valid` against a second judge that shares no code with it
// (test/fuzz/judge.mjs); needs a build (tsc -b) and the namespaces sandbox. Equal seeds make equal mutants.
//   node bench/fuzz-artifacts.mjs [REPO] [--count 10000] [--seed 1] [--jobs 2] [--bases 8] [--programs 0.03]
//     [--judged 0.1] [--deadline 300] [--keep DIR]
// REPO: default tallybook of examples/. --bases: valid artifacts to start from. --programs: share of mutants whose script
// or parser changes, so that suites must be run for them. --judged: share of the invalid ones that is judged as well.
// --deadline: seconds for one artifact, beyond which it counts as a hang. --keep: where artifacts of findings are put.
// Exit code 1 where there was a crash, a hang, a wrong `valid`, or an `invalid` that should be valid.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { openEnvironment, readArtifactFolder } from '../packages/artifact/dist/index.js';
import { createTestRunner } from '../packages/evaluation/dist/index.js';
import { createProceduralInjector, injectBugs, STRATEGIES, validateArtifact } from '../packages/injector/dist/index.js';
import { createNamespacesProvider } from '../packages/sandbox/dist/index.js';
import { openJudge } from '../test/fuzz/judge.mjs';
import { createDice, mutateBytes } from '../test/fuzz/mutate.mjs';
import { mutateArtifact } from '../test/fuzz/mutate-artifact.mjs';

/** Long enough for any suite here, short enough for parsers and scripts that never end. */
const TIMEOUT_MS = 20_000;
const PARSER_TIMEOUT_MS = 5_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    bases: { type: 'string', default: '8' },
    programs: { type: 'string', default: '0.03' },
    judged: { type: 'string', default: '0.1' },
    deadline: { type: 'string', default: '300' },
    keep: { type: 'string' },
  },
});
const { count, seed, jobs, bases, programs, judged, deadline } = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Number(value)]),
);
const scratch = await mkdtemp(join(tmpdir(), 'fuzz-artifacts-'));
const repository = positionals[0] ?? join(scratch, 'tallybook');
if (positionals.length === 0) await makeRepository(repository);
const environment = await openEnvironment({ directory: repository });
const provider = await createNamespacesProvider({});
const runner = createTestRunner({ provider, jobs, parserLimits: { timeoutMs: PARSER_TIMEOUT_MS } });
const judge = await openJudge({ repository, provider, timeoutMs: TIMEOUT_MS });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
const watchdog = watch();

const tally = {
  made: 0,
  valid: 0,
  invalid: 0,
  infra: 0,
  ranSuites: 0,
  judgedInvalid: 0,
  stricter: 0,
  slowestStatic: { ms: 0, number: -1, kind: '' },
};
const byCheck = {};
const byKind = {};
const strictness = {};
const findings = [];
const startedAt = performance.now();

try {
  const starts = await makeBases();
  tell(`${starts.length} valid artifacts to start from, ${seconds()} s`);
  let next = 0;
  const work = async () => {
    while (next < count && !stop.signal.aborted) await tryMutant(next++, starts);
  };
  const ticking = setInterval(
    () => tell(JSON.stringify({ ...tally, findings: findings.length, seconds: seconds() })),
    10_000,
  );
  try {
    // More than there are workers: most mutants wait for nothing, and should not wait behind those that wait for suites.
    await Promise.all(Array.from({ length: 4 * jobs }, work));
  } finally {
    clearInterval(ticking);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  summarise();
  await watchdog.terminate();
  await judge.close();
  await provider.close();
  await environment.close();
  await rm(scratch, { recursive: true, force: true });
}

async function makeBases() {
  const found = [];
  for (const [index, name] of Object.keys(STRATEGIES).entries()) {
    const wanted = Math.ceil((bases - found.length) / (Object.keys(STRATEGIES).length - index));
    const request = {
      injector: createProceduralInjector({ strategy: STRATEGIES[name]() }),
      runner,
      seed,
      count: wanted,
      validate: (artifact) => validateArtifact(artifact, environment, { runner }),
      signal: stop.signal,
    };
    for await (const outcome of injectBugs(environment, request))
      if (outcome.status === 'valid') found.push(outcome.artifact.files);
  }
  if (found.length === 0) throw new Error('No valid artifact to start from.');
  return found;
}

async function tryMutant(number, starts) {
  const dice = createDice(seed * 1_000_003 + number);
  const mutant = mutateArtifact(dice, dice.pick(starts), starts, dice.chance(programs));
  if (dice.chance(0.1)) mutant.files['artifact.json'] = mutateBytes(dice, Buffer.from('{"formatVersion":1,"seed":1}'));
  const isJudged = dice.chance(judged);
  const folder = join(scratch, `mutant-${number}`);
  const began = performance.now();
  tally.made += 1;
  byKind[mutant.kind] = (byKind[mutant.kind] ?? 0) + 1;
  const found = (what, detail) => report(what, number, mutant, detail);
  try {
    await layOut(folder, mutant);
    const late = AbortSignal.timeout(deadline * 1000);
    const reading = await readArtifactFolder(folder);
    const result = await validateArtifact(reading, environment, {
      runner,
      rules: { timeoutMs: TIMEOUT_MS },
      signal: AbortSignal.any([late, stop.signal]),
    });
    const ms = performance.now() - began;
    if (result.runs.executed > 0) tally.ranSuites += 1;
    else if (result.runs.cached === 0 && ms > tally.slowestStatic.ms)
      tally.slowestStatic = { ms: Math.round(ms), number, kind: mutant.kind };
    tally[result.status] += 1;
    const failing = result.checks.find(({ status }) => status === 'failed' || status === 'error');
    byCheck[failing?.id ?? result.status] = (byCheck[failing?.id ?? result.status] ?? 0) + 1;
    if (failing?.status === 'error') await found('crash', failing.reason);
    if (result.status === 'infra') await found('infra', failing?.reason);
    if (result.valid) await checkValid(mutant, found);
    else if (isJudged && result.status === 'invalid' && !mutant.onDisk)
      await checkInvalid(mutant, reading, failing, found);
  } catch (error) {
    if (stop.signal.aborted) return;
    await found(error?.name === 'TimeoutError' ? 'hang' : 'crash', error?.stack ?? String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkValid(mutant, found) {
  if (mutant.onDisk) return found('wrong valid', `a ${mutant.onDisk.what} in place of ${mutant.onDisk.file}`);
  const { failed } = await judge.judge(mutant.files);
  if (failed) await found('wrong valid', `the judge: ${failed.id}: ${failed.reason}`);
}

async function checkInvalid(mutant, reading, failing, found) {
  tally.judgedInvalid += 1;
  const { failed } = await judge.judge(mutant.files);
  if (failed) return;
  // What git takes and we do not: other spellings of patches and lists, and further guarded files. Told, not a fault.
  const problem = reading.status === 'malformed' ? reading.problems[0] : undefined;
  const isGuard = failing.id === 'bug-scope' && failing.reason.includes('decide how tests run');
  const isRefusal = failing.id === 'patches-apply';
  if (problem === undefined && !isGuard && !isRefusal)
    return found('wrong invalid', `${failing.id}: ${failing.reason}`);
  tally.stricter += 1;
  const why = (problem ? `${problem.file}: ${problem.reason}` : failing.reason)
    .replace(/"(\\.|[^"\\])*"|\d+/g, '…')
    .slice(0, 110);
  strictness[why] = (strictness[why] ?? 0) + 1;
}

async function layOut(folder, { files, onDisk }) {
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    if (onDisk?.file === name) await standIn(join(folder, name), onDisk.what, content);
    else await writeFile(join(folder, name), content);
  }
}

async function standIn(path, what, content) {
  const links = { link: '/etc/hostname', 'dangling link': 'nowhere', 'link to a device': '/dev/zero' };
  if (what in links) return symlink(links[what], path);
  if (what === 'pipe') return execFileSync('mkfifo', [path]);
  if (what === 'directory') return mkdir(path);
  if (what === 'missing') return undefined;
  await writeFile(path, content, { mode: what === 'unreadable' ? 0 : 0o644 });
  // As root nothing is unreadable: then it is made of another size instead, which no file of an artifact may have.
  if (what === 'sparse' || process.getuid() === 0) await truncate(path, 100 * 1024 ** 2);
}

async function report(what, number, mutant, detail) {
  findings.push({ what, number, kind: mutant.kind, detail: String(detail).slice(0, 600) });
  console.log(JSON.stringify(findings.at(-1)));
  if (values.keep === undefined) return;
  const place = join(values.keep, `${what.replaceAll(' ', '-')}-${number}`);
  await mkdir(values.keep, { recursive: true });
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  for (const [name, content] of Object.entries(mutant.files)) await writeFile(join(place, name), content);
}

function summarise() {
  const findingCounts = {};
  for (const { what } of findings) findingCounts[what] = (findingCounts[what] ?? 0) + 1;
  const share = tally.made === 0 ? 0 : tally.ranSuites / tally.made;
  console.log(`firstFailing ${JSON.stringify(byCheck)}`);
  console.log(`kinds ${JSON.stringify(byKind)}`);
  console.log(`stricterThanGit ${JSON.stringify(strictness)}`);
  const { executed, cached } = runner.counts;
  console.log(
    `${JSON.stringify({ ...tally, shareThatRanSuites: Number(share.toFixed(3)), suiteRuns: { executed, cached }, judgeRuns: judge.runCount(), seconds: seconds() })}`,
  );
  console.log(`${tally.made} artifacts, findings: ${JSON.stringify(findingCounts)}`);
  if (stop.signal.aborted) process.exitCode = 130;
  else process.exitCode = findings.length === 0 ? 0 : 1;
}

/** Ends the process where one thing keeps it busy beyond the deadline, since then no timer can. */
function watch() {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.add(beats, 0, 1), 500).unref();
  const program = `
    const { workerData: { beats, deadline } } = require('node:worker_threads');
    let [last, since] = [0, Date.now()];
    setInterval(() => {
      const beat = Atomics.load(beats, 0);
      if (beat !== last) [last, since] = [beat, Date.now()];
      else if (Date.now() - since > deadline * 1000) {
        require('node:fs').writeSync(2, 'hang: nothing but one artifact for ' + deadline + ' s\\n');
        process.kill(process.pid, 'SIGKILL');
      }
    }, 1000);`;
  return new Worker(program, { eval: true, workerData: { beats, deadline } });
}

function seconds() {
  return Math.round((performance.now() - startedAt) / 1000);
}

function tell(line) {
  process.stderr.write(`${line}\n`);
}
