import { checkedCount } from '../checked-numbers.js';
import type { WorkBudget } from '../sequence-match/longest-match.js';
import { sequenceRatioWithin } from '../sequence-match/sequence-ratio.js';
import { splitPythonLines } from '../sequence-match/split-python-lines.js';
import { unifiedDiffWithin } from '../sequence-match/unified-diff.js';

/** Path to content of files. */
export type FileContents = ReadonlyMap<string, string>;

/** How alike the changes to one file are. */
export interface ChangeSimilarity {
  readonly path: string;
  /** Unified diff, three lines of context, without the lines of file names; empty where the file is not changed. */
  readonly predicted: string;
  readonly oracle: string;
  /** 0..1; 0 where only one side changes the file. */
  readonly similarity: number;
}

export type ChangeReward =
  | { readonly status: 'compared'; readonly reward: number; readonly similarities: readonly ChangeSimilarity[] }
  /** Comparing would take more than `maxSteps`. */
  | { readonly status: 'too-costly'; readonly reward: -1; readonly path: string };

export interface ChangeRewardOptions {
  /**
   * Pairs of lines or of characters that may be looked at in all, which the original does not bound. Default
   * 500 000 000, some seconds.
   */
  readonly maxSteps?: number;
}

/**
 * SWE-RL's similarity of a change to the oracle's (arXiv 2502.18449 Eq. 1; facebookresearch/swe-rl,
 * src/swerl/core/reward.py, `calculate_reward`), 0..1: for each file that either changes, the ratio of difflib between
 * predicted and oracle diff, by character and without autojunk; 0 where one does not change it; the mean. 1 where neither
 * changes any file. A file that `original` lacks is empty; one that a side does not name is not changed by it. Lines end
 * where Python's `splitlines` ends them, and a last line without an end counts as one with it.
 *
 * Files are taken in the order of the oracle, then of the prediction; the original's order, and with it the last bit of
 * its mean, changes from run to run. Throws RewardError `count-out-of-range` for a bound that cannot be.
 */
export function changeReward(
  original: FileContents,
  oracle: FileContents,
  predicted: FileContents,
  { maxSteps = 500_000_000 }: ChangeRewardOptions = {},
): ChangeReward {
  checkedCount('maxSteps', maxSteps);
  const budget = { remainingSteps: maxSteps };
  const similarities: ChangeSimilarity[] = [];
  for (const path of new Set([...oracle.keys(), ...predicted.keys()])) {
    const before = original.get(path) ?? '';
    const oracleDiff = diffTexts(before, oracle.get(path) ?? before, budget);
    const predictedDiff = diffTexts(before, predicted.get(path) ?? before, budget);
    if (oracleDiff === undefined || predictedDiff === undefined) return { status: 'too-costly', reward: -1, path };
    if (oracleDiff === '' && predictedDiff === '') continue;
    const isOneSided = oracleDiff === '' || predictedDiff === '';
    const similarity = isOneSided ? 0 : sequenceRatioWithin(predictedDiff, oracleDiff, budget, { autojunk: false });
    if (similarity === undefined) return { status: 'too-costly', reward: -1, path };
    similarities.push({ path, predicted: predictedDiff, oracle: oracleDiff, similarity });
  }
  const sum = similarities.reduce((total, { similarity }) => total + similarity, 0);
  return { status: 'compared', reward: similarities.length === 0 ? 1 : sum / similarities.length, similarities };
}

function diffTexts(before: string, after: string, budget: WorkBudget): string | undefined {
  if (before === after) return '';
  return unifiedDiffWithin(splitPythonLines(before), splitPythonLines(after), budget)?.join('\n');
}
