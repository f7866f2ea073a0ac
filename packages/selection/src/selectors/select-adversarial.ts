import { bestOf, indicesWhere } from '../best-of.js';
import { checkedCount, checkedPositiveInteger, checkedShare } from '../candidate-checks.js';
import type { Selection } from '../selection.js';

export interface AdversarialCandidate {
  /** Whether the tests written to reproduce the issue pass with the patch. */
  readonly reproduces: boolean;
  /** Whether no test of the repository that passed before fails with the patch. */
  readonly keepsRegressions: boolean;
  /** Share of the strengthened tests that pass with the patch, 0..1. Null: could not be run; the candidate is left out. */
  readonly strengthenedShare: number | null;
  /** In which round of coder against test writer the patch was made, from 0 or 1 on. */
  readonly iteration: number;
}

/**
 * A total order in place of InfCode's selector, which is a model without stated weights (arXiv 2511.16004, 2.4): the
 * patch that reproduces, then one that keeps regressions, then the largest share of strengthened tests, then the later
 * iteration, then the lower index. A score is 4 * reproduces + 2 * keepsRegressions + strengthenedShare, 0..7, which is
 * ordered the same way but for iteration and index.
 *
 * Throws SelectionError `invalid-candidate`.
 */
export function selectAdversarial(candidates: readonly AdversarialCandidate[]): Selection {
  const keys = candidates.map(({ reproduces, keepsRegressions, strengthenedShare, iteration }, index) => [
    Number(reproduces),
    Number(keepsRegressions),
    strengthenedShare === null ? 0 : checkedShare(strengthenedShare, index, 'strengthenedShare'),
    checkedCount(iteration, index, 'iteration'),
  ]);
  const survivors = indicesWhere(candidates, ({ strengthenedShare }) => strengthenedShare !== null);
  const scores = keys.map(([reproduces, keeps, share], index) =>
    candidates[index]!.strengthenedShare === null ? null : 4 * reproduces! + 2 * keeps! + share!,
  );
  const index = bestOf(survivors, (candidate) => keys[candidate]!);
  const reason = 'reproduces, keeps regressions, strengthened tests, later iteration';
  return { index, scores, survivors, reason: index === undefined ? 'nothing to choose from' : reason };
}

/** InfCode gives no cap on its rounds. */
export const DEFAULT_ADVERSARIAL_CAP = 3;

/** `stop`: after how many rounds, from 1 on; undefined: not yet. */
export type AdversarialStop =
  | { readonly stop: number; readonly by: 'passed' | 'cap' }
  | { readonly stop: undefined; readonly by: undefined };

/**
 * When the loop of coder against test writer ends (arXiv 2511.16004, 2.2): at once when the tests have been strengthened
 * and the patch at hand still passes all of them, else after `cap` rounds (a number the paper does not give; default 3).
 * `history` has one entry per round so far: whether the patch passed after strengthening. Entries past the stop are not
 * looked at. Throws SelectionError `invalid-options`.
 */
export function stopAfter(history: readonly boolean[], cap: number = DEFAULT_ADVERSARIAL_CAP): AdversarialStop {
  checkedPositiveInteger(cap, 'cap');
  const passed = history.indexOf(true);
  if (passed !== -1 && passed < cap) return { stop: passed + 1, by: 'passed' };
  return history.length >= cap ? { stop: cap, by: 'cap' } : { stop: undefined, by: undefined };
}
