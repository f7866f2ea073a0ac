import { DEFAULT_ADVERSARIAL_CAP, type Selection, stopAfter } from '@swe-selfplay/selection';
import { attemptSeed } from '@swe-selfplay/solver';
import type { PatchTestMatrix, SelectionTask, WrittenTest } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import type { Statement } from '../statements/statement.js';
import type { CodeAgent, CodeRequest, TestAgent, TestRequest } from './agents.js';
import { selectAmongPatches } from './select-among-patches.js';
import { type CheckedSuite, checkSuite, describeFailing, failingTests, isStrengthened } from './suite.js';
import { withoutTestFiles } from './without-test-files.js';

export interface PlayInfCodeOptions
  extends Pick<CodeRequest, 'seed' | 'runner' | 'provider' | 'signal' | 'onTrajectory'> {
  readonly codeAgent: CodeAgent;
  readonly testAgent: TestAgent;
  /** What both agents are told. */
  readonly statement: Statement;
  /** The paper gives no cap. Default 3. */
  readonly maxIterations?: number | undefined;
  /** Patches that the code agent may hand in, one after the other, until the tests of an iteration pass. Default 2. */
  readonly maxPatches?: number | undefined;
  readonly onIteration?: ((iteration: InfCodeIteration) => void) | undefined;
}

/** A patch that the code agent handed in. */
export interface InfCodeCandidate {
  /** Without files whose names begin with `test`. */
  readonly patch: Uint8Array;
  /** Counted from 1. */
  readonly iteration: number;
  /** The tests that it was made against: index into `suites`. */
  readonly suite: number;
}

export interface InfCodeIteration {
  readonly iteration: number;
  /** Whether the patch at hand passed the tests that it was made against. */
  readonly isMended: boolean;
  /** Whether the test agent's new suite says more, by execution; else the old one stayed. */
  readonly isStrengthened: boolean;
  /** Whether the suite was strengthened and the patch at hand still passes all of it. */
  readonly isWithstood: boolean;
}

export interface InfCodePlay {
  /** In the order in which they were made. */
  readonly candidates: readonly InfCodeCandidate[];
  /** T_0, T_1, …; an iteration that strengthened nothing adds none. */
  readonly suites: readonly (readonly WrittenTest[])[];
  readonly iterations: readonly InfCodeIteration[];
  readonly stop: { readonly after: number; readonly by: 'passed' | 'cap' };
  /** Among `candidates`. */
  readonly selection: Selection;
  readonly chosen: InfCodeCandidate | undefined;
  /** All candidates against the first and the last suite, with the task's own tests. */
  readonly matrix: PatchTestMatrix;
}

/**
 * InfCode's adversarial loop (arXiv 2511.16004, 2.2-2.4). Tests are written that reproduce the statement; then, in each
 * iteration, the code agent patches until they pass or its patches are used up, and the test agent strengthens them. It
 * ends at once when the suite was strengthened and the patch at hand still passes all of it, else at the cap. All patches
 * are candidates; see `selectAmongPatches` for the choice.
 *
 * A suite counts as strengthened only if it holds a test that is not in the old one and that, executed, fails on the task;
 * otherwise the old one stays. Tests that cannot be run are left out. Throws MethodError, SandboxError, EvaluationError, and on abort.
 */
export async function playInfCode(task: SelectionTask, options: PlayInfCodeOptions): Promise<InfCodePlay> {
  const { maxIterations = DEFAULT_ADVERSARIAL_CAP, maxPatches = 2 } = options;
  for (const [name, bound] of Object.entries({ maxIterations, maxPatches })) {
    if (!Number.isSafeInteger(bound) || bound < 1)
      throw new MethodError('invalid-options', `Expected ${name} from 1 on, got ${bound}.`);
  }
  const game = await openGame(task, options);
  for (;;) {
    const isMended = await patchUntilPassed(game, maxPatches);
    const told = { iteration: game.iteration, isMended, ...(await strengthen(game)) };
    game.iterations.push(told);
    options.onIteration?.(told);
    const history = game.iterations.map(({ isWithstood }) => isWithstood);
    const { stop, by } = stopAfter(history, maxIterations);
    if (stop !== undefined) return finish(game, { after: stop, by });
    game.iteration += 1;
  }
}

interface Game {
  readonly task: SelectionTask;
  readonly options: PlayInfCodeOptions;
  readonly suites: CheckedSuite[];
  readonly candidates: InfCodeCandidate[];
  readonly iterations: InfCodeIteration[];
  iteration: number;
  patch: Uint8Array;
}

async function openGame(task: SelectionTask, options: PlayInfCodeOptions): Promise<Game> {
  const game: Game = {
    task,
    options,
    suites: [],
    candidates: [],
    iterations: [],
    iteration: 0,
    patch: new Uint8Array(),
  };
  const suite = await checkSuite(task, await options.testAgent.write(testRequest(game, [])), options);
  game.suites.push(suite);
  game.iteration = 1;
  return game;
}

/** True where the patch at hand passes the latest suite. A suite without tests is passed by no patch. */
async function patchUntilPassed(game: Game, maxPatches: number): Promise<boolean> {
  const { task, options, candidates } = game;
  const suite = game.suites.at(-1)!;
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const failing = await failingTests(task, game.patch, suite, options);
    const isMended = game.patch.length > 0 && suite.tests.length > 0 && failing.length === 0;
    // Without tests there is nothing to tell the agent after its first patch.
    const isUsedUp = attempt > maxPatches || (suite.tests.length === 0 && game.patch.length > 0);
    if (isMended || isUsedUp) return isMended;
    const failures = await describeFailing(task, game.patch, failing, options);
    const submission = await options.codeAgent.mend({
      ...agentRequest(game, suite.tests, attempt),
      attempt,
      failing,
      failures,
    });
    if (submission.status === 'gave-up') continue;
    const patch = withoutTestFiles(submission.predPatch);
    if (patch.length === 0) continue;
    game.patch = patch;
    candidates.push({ patch: game.patch, iteration: game.iteration, suite: game.suites.length - 1 });
  }
}

async function strengthen(game: Game): Promise<Pick<InfCodeIteration, 'isStrengthened' | 'isWithstood'>> {
  const { task, options, suites, patch } = game;
  const suite = suites.at(-1)!;
  const next = await checkSuite(task, await options.testAgent.write(testRequest(game, suite.tests)), options);
  if (!isStrengthened(suite, next)) return { isStrengthened: false, isWithstood: false };
  suites.push(next);
  const failing = patch.length === 0 ? next.tests : await failingTests(task, patch, next, options);
  return { isStrengthened: true, isWithstood: failing.length === 0 };
}

async function finish(game: Game, stop: InfCodePlay['stop']): Promise<InfCodePlay> {
  const { task, options, suites, candidates, iterations } = game;
  const { selection, matrix } = await selectAmongPatches(task, candidates, suites, options);
  return {
    candidates,
    suites: suites.map(({ tests }) => tests),
    iterations,
    stop,
    selection,
    chosen: selection.index === undefined ? undefined : candidates[selection.index],
    matrix,
  };
}

function agentRequest(game: Game, tests: readonly WrittenTest[], call: number) {
  const { runner, provider, signal, onTrajectory, statement } = game.options;
  const seed = attemptSeed(game.options.seed, 1000 * game.iteration + call);
  const { task, patch, iteration } = game;
  return { task, statement, tests, patch, iteration, seed, runner, provider, signal, onTrajectory };
}

function testRequest(game: Game, tests: readonly WrittenTest[]): TestRequest {
  // One seed for all iterations: writers go on where they were.
  return { ...agentRequest(game, tests, 0), seed: game.options.seed };
}
