import type { Failure, Frame } from '@swe-selfplay/python';
import { type CodeFunction, functionKey } from './code-function.js';

/** A function that may hold the fault, and how much speaks for it (any positive number; only ratios count). */
export interface Suspect {
  readonly function: CodeFunction;
  readonly suspicion: number;
}

export interface Symptoms {
  /** Functions of the code under test. */
  readonly functions: readonly CodeFunction[];
  /** Test functions among the restored tests that fail, and those that pass. */
  readonly failing: readonly CodeFunction[];
  readonly passing: readonly CodeFunction[];
  /** The other functions of the test files: what prepares tests and what they share. Never suspects. */
  readonly helpers: readonly CodeFunction[];
  readonly failures: readonly Failure[];
  /** Names that stand in the lines which the specification adds. */
  readonly specificationNames: ReadonlySet<string>;
}

const MAX_CALL_DEPTH = 5;
const PREPARATION = /^(setUp|setUpClass|setUpModule|asyncSetUp|setup_method|setup_class|setup)$/;
const DECAY = 0.5;
const FRAME_WEIGHT = 1;
const SPECIFICATION_WEIGHT = 2;
/** Above 1 the first suspects get more of the search, below 1 the later ones. */
const SHARPNESS = 1.7;

/**
 * Ranks functions, the most suspicious first. Without coverage, which tests reach a function is guessed from names:
 * a test reaches what it names, and, with less weight a step, what that names in turn. On this stands Ochiai's measure
 * (Abreu et al. 2006), ef / sqrt(nf (ef + ep)), with weights in place of counts; functions on tracebacks and named in
 * the specification are raised.
 */
export function localise(symptoms: Symptoms): Suspect[] {
  const byName = indexByName([...symptoms.functions, ...symptoms.helpers]);
  const failing = reachByTests(symptoms.failing, symptoms.helpers, byName);
  const passing = reachByTests(symptoms.passing, symptoms.helpers, byName);
  const onStack = frameWeights(symptoms);

  const suspects: Suspect[] = [];
  for (const candidate of symptoms.functions) {
    const key = functionKey(candidate);
    const executedFailing = failing.get(key) ?? 0;
    const executedPassing = passing.get(key) ?? 0;
    const total = Math.max(1, symptoms.failing.length) * (executedFailing + executedPassing);
    const ochiai = total > 0 ? executedFailing / Math.sqrt(total) : 0;
    const named = symptoms.specificationNames.has(candidate.name) ? SPECIFICATION_WEIGHT : 1;
    const suspicion = (ochiai * named + FRAME_WEIGHT * (onStack.get(key) ?? 0)) ** SHARPNESS;
    if (suspicion > 0) suspects.push({ function: candidate, suspicion });
  }
  return suspects.sort(
    (a, b) => b.suspicion - a.suspicion || (functionKey(a.function) < functionKey(b.function) ? -1 : 1),
  );
}

function indexByName(functions: readonly CodeFunction[]): Map<string, CodeFunction[]> {
  const byName = new Map<string, CodeFunction[]>();
  const add = (name: string, entry: CodeFunction) => {
    const list = byName.get(name);
    if (list) list.push(entry);
    else byName.set(name, [entry]);
  };
  for (const entry of functions) {
    add(entry.name, entry);
    // Calling a class runs its __init__, and lets everything else that Python calls by itself be reached.
    if (entry.className !== undefined && /^__\w+__$/.test(entry.name)) add(entry.className, entry);
  }
  return byName;
}

/** For each function the sum over tests of how surely the test reaches it, 0..1 a test. */
function reachByTests(
  tests: readonly CodeFunction[],
  helpers: readonly CodeFunction[],
  byName: Map<string, CodeFunction[]>,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const test of tests) {
    const preparing = helpers.filter(
      ({ name, path, className }) => PREPARATION.test(name) && path === test.path && className === test.className,
    );
    for (const [key, reach] of reachFrom([test, ...preparing], byName)) sums.set(key, (sums.get(key) ?? 0) + reach);
  }
  return sums;
}

interface Arrival {
  readonly at: CodeFunction;
  readonly reach: number;
  /** True until the first function of the code under test: what a test names is as sure as what its helpers name. */
  readonly isInTests: boolean;
}

function reachFrom(starts: readonly CodeFunction[], byName: Map<string, CodeFunction[]>): Map<string, number> {
  const reached = new Map<string, number>();
  const testPath = starts[0]!.path;
  let frontier: Arrival[] = starts.map((at) => ({ at, reach: 1, isInTests: true }));
  for (let depth = 0; depth < MAX_CALL_DEPTH && frontier.length > 0; depth += 1) {
    const next = new Map<string, Arrival>();
    for (const { at, reach, isInTests } of frontier) {
      for (const name of at.uses) {
        const namesakes = byName.get(name) ?? [];
        for (const to of namesakes) {
          // A name that many functions share says little about each; one in the same file is the likelier.
          const share = to.path === at.path ? 1 : 1 / Math.sqrt(namesakes.length);
          const arriving = reach * share * (isInTests ? 1 : DECAY);
          const key = functionKey(to);
          if (arriving > (reached.get(key) ?? 0)) {
            reached.set(key, arriving);
            next.set(key, { at: to, reach: arriving, isInTests: isInTests && to.path === testPath });
          }
        }
      }
    }
    frontier = [...next.values()];
  }
  return reached;
}

/** For each function on a traceback its best weight: 1 where the exception was raised, less for each caller. */
function frameWeights({ functions, failures }: Symptoms): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { frames } of failures) {
    frames.forEach((frame, index) => {
      const owner = innermostAt(functions, frame);
      if (owner === undefined) return;
      const key = functionKey(owner);
      weights.set(key, Math.max(weights.get(key) ?? 0, 1 / (frames.length - index)));
    });
  }
  return weights;
}

function innermostAt(functions: readonly CodeFunction[], { file, line }: Frame): CodeFunction | undefined {
  let innermost: CodeFunction | undefined;
  for (const entry of functions) {
    if (entry.path !== file || line < entry.startLine || line > entry.endLine) continue;
    if (innermost === undefined || entry.startLine >= innermost.startLine) innermost = entry;
  }
  return innermost;
}
