// Yield of each injection strategy over some seeds, and the solve rate of the search solver over groups.
// node bench/yield-and-solve-rate.mjs REPO [--seeds 20] [--strategies mutation,removal] [--bugs 2] [--group 8]
//   [--budget 48] [--out DIR] [--python PATH] [--minutes 10]
import { parseArgs } from 'node:util';
import {
  createProceduralInjector,
  createSearchSolver,
  createTask,
  evaluatePatch,
  injectBugs,
  openEnvironment,
  openSession,
  STRATEGIES,
  solveBug,
  validateArtifact,
  writeArtifactFolder,
} from '../packages/swe-selfplay/dist/index.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '20' },
    strategies: { type: 'string', default: 'mutation,removal' },
    bugs: { type: 'string', default: '2' },
    group: { type: 'string', default: '8' },
    budget: { type: 'string' },
    out: { type: 'string' },
    python: { type: 'string' },
    minutes: { type: 'string', default: '10' },
  },
});
const session = await openSession({ jobs: 2, python: values.python });
const environment = await openEnvironment({ directory: positionals[0] });
try {
  for (const strategy of values.strategies.split(',')) await measure(strategy);
} finally {
  await environment.close();
  await session.close();
}

async function measure(strategy) {
  const injector = createProceduralInjector({ strategy: STRATEGIES[strategy]() });
  const signal = AbortSignal.timeout(Number(values.minutes) * 60_000);
  const startedAt = performance.now();
  const valid = [];
  let tally = { tried: 0, valid: 0, discarded: {} };
  const request = {
    injector,
    runner: session.runner,
    seed: 1,
    count: Number.MAX_SAFE_INTEGER,
    maxSeeds: Number(values.seeds),
    validate: (artifact) => validateArtifact(artifact, environment, session),
    signal,
  };
  try {
    for await (const outcome of injectBugs(environment, request)) {
      tally = outcome.tally;
      if (outcome.status !== 'valid') continue;
      valid.push(outcome);
      if (values.out)
        await writeArtifactFolder(`${values.out}/${environment.name}-${strategy}-${outcome.seed}`, outcome.artifact);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  print({ strategy, ...tally, yield: tally.tried && tally.valid / tally.tried, seconds });
  for (const bug of valid.slice(0, Number(values.bugs))) await solve(strategy, bug);
}

async function solve(strategy, { seed, artifact, report }) {
  const { failToPass, passToPass } = report;
  const task = await createTask({ original: environment.original, artifact, failToPass, passToPass });
  const solver = createSearchSolver(values.budget ? { budget: Number(values.budget) } : {});
  const startedAt = performance.now();
  const attempts = await solveBug(task.view, solver, { ...session, seed, attempts: Number(values.group) });
  let solved = 0;
  for (const { outcome } of attempts) {
    if (outcome.status !== 'submitted') continue;
    const evaluation = await evaluatePatch(task.grading, outcome.predPatch, session);
    if (evaluation.status === 'solved') solved += 1;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  print({ strategy, seed, failToPass: failToPass.length, attempts: attempts.length, solved, seconds });
}

function print(row) {
  console.log(JSON.stringify({ repository: environment.name, ...row }));
}
