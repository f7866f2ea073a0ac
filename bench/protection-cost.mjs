// What each protection costs, in percent of the time of one validation without it. Every validation has a runner of its
// own, so that nothing is found executed; ways take turns, and of each the median counts.
// node bench/protection-cost.mjs REPO [--rounds 5] [--seed 1] [--jobs 2] [--repeats 10]
import { parseArgs } from 'node:util';
import {
  auditLeaks,
  createProceduralInjector,
  createSandboxProvider,
  createTask,
  createTestRunner,
  DEFAULT_CHECKS,
  injectBugs,
  openEnvironment,
  PROFILES,
  STRATEGIES,
  STRICT_CHECKS,
  validateArtifact,
} from '../packages/swe-selfplay/dist/index.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '10' },
  },
});
const provider = await createSandboxProvider();
const environment = await openEnvironment({ directory: positionals[0] });
const newRunner = (isWitnessed = true) => createTestRunner({ provider, isWitnessed, jobs: Number(values.jobs) });

try {
  const { artifact, report } = await makeBug();
  const task = await createTask({ original: environment.original, artifact, ...report });
  const plain = STRICT_CHECKS.filter(({ id }) => id !== 'neutral-edit');
  const validate = (options, isWitnessed) => () =>
    validateArtifact(artifact, environment, { runner: newRunner(isWitnessed), ...options });
  const many = { rules: { ...PROFILES.default.rules, repeats: Number(values.repeats) } };
  const ways = {
    'no second witness': validate({ checks: DEFAULT_CHECKS }, false),
    default: validate({ checks: DEFAULT_CHECKS }),
    'default + rules of quality': validate({ checks: plain }),
    'default + rules of quality + neutral edit': validate({ checks: STRICT_CHECKS }),
    [`default, ${values.repeats} repeats`]: validate({ checks: DEFAULT_CHECKS, ...many }),
    'leak audit, workspace': () => auditLeaks(task, provider, { onLeak: 'report', scope: 'workspace' }),
    'leak audit, names': () => auditLeaks(task, provider, { onLeak: 'report', scope: 'names' }),
    'hidden oracles': () =>
      createTask({ original: environment.original, artifact, ...report, hidden: { share: 0.5, seed: 1 } }),
  };
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (const way of Object.values(ways)) await way();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const startedAt = performance.now();
      await way();
      times[name].push(performance.now() - startedAt);
    }
  }
  const base = median(times.default);
  for (const [name, own] of Object.entries(times)) {
    const share = ((100 * median(own)) / base).toFixed(1);
    process.stdout.write(`${name.padEnd(44)} ${Math.round(median(own))} ms  ${share} % of the default validation\n`);
  }
} finally {
  await environment.close();
  await provider.close();
}

async function makeBug() {
  const runner = newRunner();
  const injector = createProceduralInjector({ strategy: STRATEGIES.mutation() });
  const validate = (artifact) => validateArtifact(artifact, environment, { runner });
  for await (const outcome of injectBugs(environment, {
    injector,
    runner,
    validate,
    seed: Number(values.seed),
    count: 1,
  }))
    if (outcome.status === 'valid') return outcome;
  throw new Error('No valid bug was made.');
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
