// What a leak audit costs beside the validation of the same bug, and what it finds in bugs of a repository.
// node bench/leak-audit.mjs REPO [--bugs 5] [--strategies mutation,removal] [--scope everything] [--cache DIR] [--python PATH]
import { parseArgs } from 'node:util';
import { openEnvironment } from '../packages/artifact/dist/index.js';
import { createTestRunner } from '../packages/evaluation/dist/index.js';
import { createProceduralInjector, injectBugs, STRATEGIES, validateArtifact } from '../packages/injector/dist/index.js';
import { createSandboxProvider } from '../packages/sandbox/dist/index.js';
import { auditLeaks, createTask } from '../packages/solver/dist/index.js';

const WORKERS = 2;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    bugs: { type: 'string', default: '5' },
    strategies: { type: 'string', default: 'mutation,removal' },
    scope: { type: 'string', default: 'everything' },
    cache: { type: 'string' },
    python: { type: 'string' },
  },
});
const environment = await openEnvironment({ directory: positionals[0] });
const provider = await createSandboxProvider({ backend: 'auto', ...(values.python && { python: values.python }) });
const shares = [];
try {
  for (const strategy of values.strategies.split(',')) await measure(strategy);
  shares.sort((a, b) => a - b);
  console.log(`audit in percent of validation, median of ${shares.length}: ${percent(shares[shares.length >> 1])}`);
} finally {
  await provider.close();
  await environment.close();
}

async function measure(strategy) {
  const runner = createTestRunner({ provider, jobs: WORKERS });
  const injector = createProceduralInjector({ strategy: STRATEGIES[strategy]() });
  const validate = (artifact) => validateArtifact(artifact, environment, { runner });
  const request = { injector, runner, seed: 1, count: Number(values.bugs), maxSeeds: 200, validate };
  for await (const outcome of injectBugs(environment, request)) {
    if (outcome.status !== 'valid') continue;
    const { artifact } = outcome;
    const validation = await timed(() =>
      validateArtifact(artifact, environment, { runner: createTestRunner({ provider, jobs: WORKERS }) }),
    );
    const { failToPass, passToPass } = validation.result;
    const task = await createTask({ original: environment.original, artifact, failToPass, passToPass });
    const options = { onLeak: 'report', scope: values.scope, ...(values.cache && { cacheDirectory: values.cache }) };
    const audit = await auditLeaks(task, provider, options);
    const ms = audit.ms - audit.toolchainMs;
    shares.push(ms / validation.ms);
    const leaks = audit.findings.filter(({ isLeak }) => isLeak);
    console.log(
      `${strategy}: audit ${ms} ms (toolchain ${audit.toolchainMs} ms), validation ${Math.round(validation.ms)} ms, ` +
        `${percent(ms / validation.ms)}; ${audit.status}, ${leaks.length} leaks, ${audit.searched.files} files`,
    );
    for (const { kind, path, evidence } of leaks) console.log(`  ${kind} ${path}: ${JSON.stringify(evidence[0])}`);
  }
}

async function timed(work) {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}
