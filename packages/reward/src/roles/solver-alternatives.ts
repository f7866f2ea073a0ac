import { checkedOption } from '../checked-numbers.js';

/** How a test, or all of a set of them, came out; null where broken infrastructure kept it from being run. */
export type TestVerdict = 'passed' | 'failed' | null;

/** Kimi-Dev's BugFixer (arXiv 2509.23045, section 3.3): 1 where all ground-truth tests pass, else 0; null ungraded. */
export function bugFixerReward(groundTruthTests: TestVerdict): 0 | 1 | null {
  if (groundTruthTests === null) return null;
  return groundTruthTests === 'passed' ? 1 : 0;
}

/**
 * Kimi-Dev's TestWriter (section 3.3): 1 where its test fails on the code without the ground-truth fix and passes with
 * it, else 0. Null where either run is missing and the other does not already decide.
 */
export function testWriterReward(withoutFix: TestVerdict, withFix: TestVerdict): 0 | 1 | null {
  if (withoutFix === 'passed' || withFix === 'failed') return 0;
  return withoutFix === null || withFix === null ? null : 1;
}

/** SWE-Swiss (zhenyuhe00/SWE-Swiss): 1 where all tests pass, else -1; null ungraded. */
export function sweSwissReward(tests: TestVerdict): 1 | -1 | null {
  if (tests === null) return null;
  return tests === 'passed' ? 1 : -1;
}

/** Time that DeepSWE gives the tests: 5 minutes (rLLM `reward_timeout`). */
export const DEEPSWE_REWARD_TIMEOUT_MS = 300_000;

/**
 * DeepSWE (together.ai/blog/deepswe): 1 where the selected tests, those that the bug broke and those that it did not, all
 * pass within `timeoutMs`, default 5 minutes, else 0; null ungraded. `durationMs`: of the test run. Throws RewardError
 * `option-out-of-range`.
 */
export function deepSweReward(
  tests: TestVerdict,
  durationMs: number,
  timeoutMs: number = DEEPSWE_REWARD_TIMEOUT_MS,
): 0 | 1 | null {
  checkedOption('durationMs', durationMs, 'a number from 0 up', (value) => value >= 0);
  if (tests === null) return null;
  return tests === 'passed' && durationMs <= timeoutMs ? 1 : 0;
}
