import { passingTests } from '@swe-selfplay/artifact';
import { reportOf, type TestRun, type Witness, witnessedPasses } from '@swe-selfplay/evaluation';
import { type Finding, failed } from './check.js';
import { type Evidence, flakyTests } from './evidence.js';
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
 * is none, or no complete witness of the original. Their ids need not be alike, so counts of passing tests are compared.
 * Where both count the same on the original, the parser may read no more passing tests than the witness in any state;
 * else it must lose some wherever the witness sees more fail. And where the bug makes no test fail by the witness, which
 * saw all that the parser did, the parser must not say that one does.
 *
 * Tests that come and go by themselves are for `determinism` to judge: where there are more than may be, nothing is
 * compared, and those that there may be are allowed for.
 *
 * `isExact`: where both count the same on the original, they must in every state. An honest parser that reads lines
 * loses a passing test when the code under test prints something in between.
 */
export function findWitnessContradiction(
  evidence: Evidence,
  { isExact }: { readonly isExact: boolean },
): Finding | undefined {
  const first = evidence.original?.[0];
  const expected = first && countsOf(first);
  if (expected === undefined || expected.witness === 0 || expected.parser === 0) return undefined;
  const flaky = flakyTests(evidence).size;
  if (flaky > evidence.rules.maxFlakyShare * Math.max(flaky, expected.parser)) return undefined;
  const areAlike = isOneToOne(evidence, expected);
  for (const { state, run } of runsSeen(evidence)) {
    const counts = countsOf(run) ?? (areAlike ? countsOfUnseen(run) : undefined);
    if (counts === undefined) continue;
    const contradicts =
      (areAlike ? counts.parser > counts.witness : hidesFailures(counts, expected, flaky)) ||
      (areAlike && isExact && counts.parser !== counts.witness) ||
      (evidence.buggy?.includes(run) && inventsFailures(counts, expected, flaky));
    if (!contradicts) continue;
    return failed(
      `In ${state}, test_parser.py reads ${counts.parser} passing tests where the second witness sees ${counts.witness}; ` +
        `on the original, ${expected.parser} and ${expected.witness}.`,
      { state, counts, original: expected, failing: failingBy(run.witness).slice(0, MAX_LISTED) },
    );
  }
  return undefined;
}

/** A weakened suite may have fewer tests, which a parser that counts files does not see: failing ones it must. */
function hidesFailures(counts: Counts, expected: Counts, flaky: number): boolean {
  return counts.failing > expected.failing + flaky && counts.parser >= expected.parser;
}

/** A parser that counts more than the witness reads other tests too, of which the witness knows nothing. */
function inventsFailures(counts: Counts, expected: Counts, flaky: number): boolean {
  return (
    counts.parser + flaky < expected.parser &&
    expected.parser <= expected.witness &&
    counts.witness >= expected.witness &&
    counts.failing === 0
  );
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

/** Where no session of tests began, no test passed; a parser that reads one in its stead has it from somewhere else. */
function countsOfUnseen(run: TestRun): Counts | undefined {
  if (run.witness?.status !== 'absent' || run.parse?.status !== 'parsed') return undefined;
  return { parser: passingTests(reportOf(run)).length, witness: 0, failing: 0 };
}

function failingBy(witness: Witness | undefined): string[] {
  return [...(witness?.results ?? [])].filter(([, outcome]) => outcome === 'failed').map(([id]) => id);
}
