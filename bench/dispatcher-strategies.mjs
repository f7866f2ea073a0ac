// The three ways to share the machine among episodes, measured against each other in one process, taking turns:
// a pipeline of bounded stages, a bound on episodes under way, and all at once (SkyRL-Agent, arXiv 2511.16108).
// node bench/dispatcher-strategies.mjs [--episodes 48] [--places 8] [--think-ms 1000] [--jobs 2] [--rounds 2]
// --places: requests that the model thinks about at once, and conversations that the bounded strategies hold.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import {
  createDispatcher,
  createPolicySolver,
  openEnvironment,
  openModelPolicy,
  openSession,
  playRound,
  TOOL_CALL_FORMATS,
} from '../packages/swe-selfplay/dist/index.js';
import { startToyModel, toyBug } from './toy-model.mjs';

const STRATEGIES = ['pipeline', 'bounded', 'all-at-once'];

const { values } = parseArgs({
  options: {
    episodes: { type: 'string', default: '48' },
    places: { type: 'string', default: '8' },
    'think-ms': { type: 'string', default: '1000' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '2' },
  },
});
const [episodes, places, thinkMs, jobs, rounds] = ['episodes', 'places', 'think-ms', 'jobs', 'rounds'].map((name) =>
  Number(values[name]),
);

const place = mkdtempSync(join(tmpdir(), 'dispatcher-strategies-'));
const directory = join(place, 'tallybook');
await makeRepository(directory);
const environment = await openEnvironment({ directory });
const server = await startToyModel(thinkMs, true, places);
const session = await openSession({ jobs });
const policy = await openModelPolicy({
  baseUrl: server.baseUrl,
  model: 'toy',
  format: TOOL_CALL_FORMATS.native,
  sampling: { seed: 1 },
});
const artifact = await toyBug(environment, directory);
const injector = { name: 'given', inject: async () => ({ status: 'submitted', artifact }) };
const parts = { ...session, injector, solver: createPolicySolver(policy) };

// Fills what is made once: the base, the validation.
await play('pipeline', 2, 1);
console.log(
  `${episodes} episodes, ${places} places, ${thinkMs} ms thinking a turn, ${jobs} jobs, ${availableParallelism()} cores`,
);
const times = Object.fromEntries(STRATEGIES.map((strategy) => [strategy, []]));
for (let round = 1; round <= rounds; round++) {
  for (const strategy of STRATEGIES) {
    const played = await play(strategy, episodes, round * 10 + STRATEGIES.indexOf(strategy));
    times[strategy].push(played.ms);
    console.log(
      `round ${round} ${strategy}: ${(played.ms / 1000).toFixed(1)} s, solved ${played.solved}, ` +
        `at most at once: ${played.peaks}`,
    );
  }
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
for (const strategy of STRATEGIES)
  console.log(
    `${strategy}: median ${(median(times[strategy]) / 1000).toFixed(1)} s, ` +
      `${(median(times.bounded) / median(times[strategy])).toFixed(2)} times as fast as bounded`,
  );

await policy.close();
await session.close();
await environment.close();
server.stop();
rmSync(place, { recursive: true });

async function play(strategy, groupSize, seed) {
  const dispatcher = createDispatcher({ strategy, prepare: 2 * jobs, run: places, judge: 2 * jobs });
  let firstAt;
  const round = await playRound(environment, parts, {
    ...{ dispatcher, jobs, concurrency: places, groupSize, seed, rules: { minPassingTests: 10 }, onLeak: 'off' },
    onEvent({ type }) {
      if (type === 'attempt-start') firstAt ??= performance.now();
    },
  });
  const ms = performance.now() - firstAt;
  const peaks = Object.entries(dispatcher.counts()).map(([stage, { peakBusy }]) => `${stage} ${peakBusy}`);
  return { ms, solved: round.end.group.solved, peaks: peaks.join(', ') };
}
