import { passingTests } from '@swe-selfplay/artifact';
import { reportOf, type TestRun, type Witness, witnessedPasses } from '@swe-selfplay/evaluation';
import { type Finding, failed } from './check.js';
import type { Evidence } from './evidence.js';
import { runsSeen } from './runs-seen.js';

const MAX_LISTED = 100;

/** What parser and second witness count in one run. */
interface Counts {
  readonly parser: number;
  readonly witness: number;
  /** Failing tests by the witness. */
  readonly failing: number;
}

/**
 * A state in which `test_parser.py` and the second witness tell two stories, as a failed finding; undefined where there
 * is none, or no complete witness of the original. Their ids need not be alike, so counts of passing tests are compared:
 * where both count the same on the original they must in every state. Else the parser must lose tests wherever the
 * witness sees some fail, and, if it counts no more tests than the witness, only there: a script may run other tests besides.
 */
export function findWitnessContradiction(evidence: Evidence): Finding | undefined {
  const first = evidence.original?.[0];
  const expected = first && countsOf(first);
  if (expected === undefined || expected.witness === 0 || expected.parser === 0) return undefined;
  const contradiction = isOneToOne(evidence, expected) ? unlikeCounts : unlikeLosses;
  for (const { state, run } of runsSeen(evidence)) {
    const counts = countsOf(run);
    if (counts === undefined || !contradiction(counts, expected)) continue;
    return failed(
      `In ${state}, test_parser.py reads ${counts.parser} passing tests where the second witness sees ${counts.witness}; ` +
        `on the original, ${expected.parser} and ${expected.witness}.`,
      { state, counts, original: expected, failing: failingBy(run.witness).slice(0, MAX_LISTED) },
    );
  }
  return undefined;
}

function unlikeCounts({ parser, witness }: Counts): boolean {
  return parser !== witness;
}

/** A weakened suite may have fewer tests, which a parser that counts files does not see: failing ones it must. */
function unlikeLosses(counts: Counts, expected: Counts): boolean {
  const isLostByParser = counts.parser < expected.parser;
  if (counts.failing > expected.failing) return !isLostByParser;
  return isLostByParser && counts.witness >= expected.witness && expected.parser <= expected.witness;
}

/** True where both count the same in every run of the original, so that it is not by chance. */
function isOneToOne({ original = [] }: Evidence, expected: Counts): boolean {
  return (
    expected.parser === expected.witness &&
    original.every((run) => {
      const counts = countsOf(run);
      return counts === undefined || counts.parser === counts.witness;
    })
  );
}

/** Undefined where one of the two has nothing to say. */
function countsOf(run: TestRun): Counts | undefined {
  if (run.witness?.status !== 'complete' || run.parse?.status !== 'parsed') return undefined;
  return {
    parser: passingTests(reportOf(run)).length,
    witness: witnessedPasses(run.witness).length,
    failing: failingBy(run.witness).length,
  };
}

function failingBy(witness: Witness | undefined): string[] {
  return [...(witness?.results ?? [])].filter(([, outcome]) => outcome === 'failed').map(([id]) => id);
}
