// Runs to choose from: on each repository some rounds with the search solver, some with a scripted model that mends the
// bug, mends it and breaks something beside it, does something useless, or never hands in, by the name of its attempt.
// node bench/play-for-selection.mjs OUT REPO... [--rounds 3] [--group 6] [--seed 1] [--hidden 0.5] [--cache DIR]
//   [--solvers search,scripted] [--jobs 2]
// Then: swe-selfplay select OUT/NAME-search --repo REPO, and the same for OUT/NAME-scripted.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readFile } from '../packages/artifact/dist/index.js';
import { applyEdits, functionsOf, OPERATORS, parsePython } from '../packages/python/dist/index.js';
import {
  createPlainToolSet,
  createPolicySolver,
  createProceduralInjector,
  createSearchSolver,
  openEnvironment,
  openSession,
  play,
  STRATEGIES,
} from '../packages/swe-selfplay/dist/index.js';

/** What an attempt does, and how many in ten do so. */
const KINDS = { mend: 3, 'mend-and-break': 3, useless: 2, 'give-up': 2 };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    group: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    hidden: { type: 'string', default: '0.5' },
    cache: { type: 'string' },
    solvers: { type: 'string', default: 'search,scripted' },
    jobs: { type: 'string', default: '2' },
  },
});
const [out, ...repositories] = positionals;
const session = await openSession({ jobs: Number(values.jobs), cacheDirectory: values.cache });
for (const directory of repositories) {
  for (const solver of values.solvers.split(',')) await playOn(directory, solver);
}
await session.close();

async function playOn(directory, name) {
  const environment = await openEnvironment({ directory });
  const procedural = createProceduralInjector({ strategy: STRATEGIES.mutation() });
  let artifact;
  const injector = {
    name: procedural.name,
    async inject(...args) {
      const injection = await procedural.inject(...args);
      artifact = injection.artifact;
      return injection;
    },
  };
  const scripted = createPolicySolver(
    createModel(environment, () => artifact),
    { toolSet: createPlainToolSet() },
  );
  const solver = name === 'search' ? createSearchSolver() : scripted;
  const folder = join(out, `${basename(directory)}-${name}`);
  const startedAt = performance.now();
  const result = await play(
    [environment],
    { ...session, injector, solver },
    {
      ...{ folder, rounds: Number(values.rounds), groupSize: Number(values.group), seed: Number(values.seed) },
      ...{ hiddenShare: Number(values.hidden), onLeak: 'off', tries: 5, jobs: Number(values.jobs) },
    },
  );
  const groups = result.rounds.map(({ group }) => (group ? `${group.solved}/${group.graded}` : 'no bug'));
  console.log(`${folder}: ${groups.join(', ')} solved, ${Math.round((performance.now() - startedAt) / 1000)} s`);
  await environment.close();
}

/** One bug at a time is under way: `currentArtifact` is its artifact. */
function createModel({ original }, currentArtifact) {
  return {
    name: 'scripted-model',
    async respond({ messages }, { rolloutId }) {
      const turn = messages.filter(({ role }) => role === 'assistant').length;
      const random = createRandom(rolloutId);
      const kind = pick(
        Object.entries(KINDS).flatMap(([each, share]) => Array(share).fill(each)),
        random,
      );
      const call = (tool, input) => ({ text: kind, toolCalls: [{ id: `call-${turn}`, tool, input }] });
      if (turn === 0) return call('bash', { command: await commandFor(kind, original, currentArtifact(), random) });
      if (turn === 1 && kind !== 'give-up') return call('submit', {});
      return { text: 'Enough.', toolCalls: [] };
    },
  };
}

async function commandFor(kind, original, { bugInject }, random) {
  const paths = bugInject.files.map(({ oldPath }) => oldPath).filter((path) => path?.endsWith('.py'));
  const commands = [];
  for (const [index, path] of paths.entries()) {
    if (kind === 'useless') {
      commands.push(append(path, random));
      continue;
    }
    const text = Buffer.from((await readFile(original, path)).content).toString();
    const written = index === 0 && kind === 'mend-and-break' ? mutate(text, random) : text;
    commands.push(`echo ${Buffer.from(written).toString('base64')} | base64 -d > ${path}`);
  }
  return commands.join('\n');
}

/** A change without a meaning for any test. */
function append(path, random) {
  return `printf '\\n\\nunused_${Math.floor(random() * 1000)} = None\\n' >> ${path}`;
}

/** One change of behaviour somewhere in the file, as a model makes by mistake. */
function mutate(text, random) {
  const module = parsePython(text);
  const edits = functionsOf(module).flatMap((each) => OPERATORS.flatMap((operator) => operator.edits(each, module)));
  return edits.length === 0 ? text : applyEdits(text, [pick(edits, random)]);
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)];
}

function createRandom(seed) {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE(0) / 2 ** 32;
}
