import {
  createRandom,
  diffSnapshots,
  printPatch,
  type Random,
  restoreFiles,
  type Snapshot,
} from '@swe-selfplay/artifact';
import { hasSyntaxError } from '@swe-selfplay/python';
import type { Solver, Submission } from '../solver.js';
import type { TaskView } from '../solver-task.js';
import type { Candidate } from './candidates.js';
import { diagnose } from './diagnose.js';
import { isBetter, isClean, type Standing } from './judge-run.js';
import { pickWeighted } from './pick-weighted.js';
import { replaceText } from './replace-text.js';
import { createSourceTree } from './source-tree.js';
import { specificationNames } from './specification-names.js';
import { createTrial, type Trial } from './trial.js';

export interface SearchSolverOptions {
  /** Repairs that one attempt may try. Default 48. */
  readonly budget?: number;
  /** Wall time of one attempt. Default ten minutes. Only the budget keeps equal seeds equal. */
  readonly timeoutMs?: number;
}

const DEFAULT_BUDGET = 48;
const DEFAULT_TIMEOUT_MS = 600_000;
/** Repairs that run at once. Part of what a seed means: the batch is drawn before any of it is judged. */
const BATCH = 2;

/**
 * A solver that needs no model: generate and validate, in the manner of GenProg (Le Goues et al. 2012) and PAR (Kim et
 * al. 2013). It restores the tests, finds suspicious functions, draws repairs by seed and keeps what lets more of the
 * restored tests pass and none fewer, until all pass or its budget is spent.
 */
export function createSearchSolver(options: SearchSolverOptions = {}): Solver {
  const budget = options.budget ?? DEFAULT_BUDGET;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return {
    name: 'search',
    async solve(view, { seed, runner, signal }) {
      const trial = await createTrial(view, runner, signal);
      if (trial.status === 'unusable') return { status: 'gave-up', reason: trial.reason };
      const deadline = performance.now() + timeoutMs;
      const search: Search = { view, trial, random: createRandom(seed), deadline, tried: new Set(), left: budget };
      return submissionOf(view, trial, await improve(search));
    },
  };
}

interface Search {
  readonly view: TaskView;
  readonly trial: Trial;
  readonly random: Random;
  readonly deadline: number;
  /** Digests of states that have been tried. */
  readonly tried: Set<string>;
  left: number;
}

/** A state of the code, tests restored, and what is known of it. */
interface State {
  readonly snapshot: Snapshot;
  readonly standing: Standing;
  readonly repairs: readonly string[];
}

interface Outcome {
  readonly state: State;
  readonly tried: number;
  readonly reason: string;
}

async function improve(search: Search): Promise<Outcome> {
  const { trial } = search;
  const budget = search.left;
  let state: State = { snapshot: trial.restored, standing: trial.baseline, repairs: [] };
  for (;;) {
    const better = await findBetter(search, state);
    if (better === undefined) break;
    state = better;
    if (isClean(state.standing)) break;
  }
  const reason = search.left > 0 ? 'It ran out of repairs or time' : `None of ${budget} repairs was enough`;
  return { state, tried: budget - search.left, reason };
}

/** The next state in which more passes; undefined where repairs, budget or time run out. */
async function findBetter(search: Search, state: State): Promise<State | undefined> {
  const { trial, view } = search;
  const tree = createSourceTree(state.snapshot, new Set([...trial.specified, ...trial.testPaths]));
  const names = specificationNames(view.specification);
  const evidence = { tree, testPaths: trial.testPaths, standing: state.standing, specificationNames: names };
  const pool = (await diagnose(evidence)).candidates;

  while (search.left > 0 && performance.now() < search.deadline) {
    const batch = await drawBatch(search, state.snapshot, pool);
    if (batch.length === 0) return undefined;
    search.left -= batch.length;
    const judged = await Promise.all(
      batch.map(async ({ candidate, snapshot }) => ({
        snapshot,
        standing: await trial.judge(snapshot),
        repairs: [...state.repairs, `${candidate.source} in ${candidate.functionName}`],
      })),
    );
    const better = judged.filter(({ standing }) => isBetter(standing, state.standing));
    for (const next of better.sort((a, b) => b.standing.passed.size - a.standing.passed.size)) {
      if (!isClean(next.standing) || (await trial.keepsSuite(next.snapshot, next.standing))) return next;
    }
  }
  return undefined;
}

/** Draws the next repairs that parse and give states not tried before, and takes them out of the pool. */
async function drawBatch(
  { random, tried, left }: Search,
  snapshot: Snapshot,
  pool: Candidate[],
): Promise<{ candidate: Candidate; snapshot: Snapshot }[]> {
  const batch: { candidate: Candidate; snapshot: Snapshot }[] = [];
  while (batch.length < Math.min(BATCH, left)) {
    const candidate = pickWeighted(pool, ({ weight }) => weight, random);
    if (candidate === undefined) break;
    pool.splice(pool.indexOf(candidate), 1);
    const { snapshot: changed, source } = await replaceText(snapshot, candidate);
    if (tried.has(changed.digest) || hasSyntaxError(source)) continue;
    tried.add(changed.digest);
    batch.push({ candidate, snapshot: changed });
  }
  return batch;
}

/** The change of the code without the restored tests; partial repairs are handed in as the best guess. */
async function submissionOf(view: TaskView, trial: Trial, { state, tried, reason }: Outcome): Promise<Submission> {
  const notes = { tried, repairs: state.repairs, failing: state.standing.failed.size };
  if (state.repairs.length === 0) return { status: 'gave-up', reason: `${reason}: no test more passes.`, notes };
  const repaired = restoreFiles(state.snapshot, view.snapshot, trial.specified);
  const predPatch = printPatch(await diffSnapshots(view.snapshot, repaired));
  return { status: 'submitted', predPatch, notes };
}
