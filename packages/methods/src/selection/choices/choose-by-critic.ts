import {
  agentFinishedCritic,
  type CriticSelectionOptions,
  type Selection,
  selectByCritic,
} from '@swe-selfplay/selection';
import { columnsByVotes } from '../vote-for-tests.js';
import { columnsOf, type GatheredEvidence, regressionFailures, reproducesAll } from '../written-evidence.js';

export interface CriticChoiceOptions extends CriticSelectionOptions {
  /**
   * Which written tests must pass: `all` (default) that fail on the task, or `voted`, the one among them that was written
   * most often. What OpenHands takes for reproduction tests is not stated.
   */
  readonly reproduction?: 'all' | 'voted';
}

/**
 * Best-of-k by a critic (OpenHands): of the candidates that fail no test of the suite that passed before and pass the
 * reproduction tests, the one with the highest `score`. A candidate of which neither a failure nor success is known takes
 * no part, nor does one whose critic failed (null). A candidate whose `score` is left undefined gets that of the rule
 * critic AgentFinished: 1 where it ended by handing something in, else 0.
 */
export function chooseByCritic({ candidates, matrix }: GatheredEvidence, options: CriticChoiceOptions = {}): Selection {
  const { reproduction = 'all', ...rest } = options;
  const columns = reproduction === 'all' ? columnsOf(matrix) : columnsByVotes(matrix).slice(0, 1);
  const judged = matrix.candidates.map((evidence, index) => {
    const { score, isFinished, predPatch } = candidates[index]!;
    const patch = Buffer.from(predPatch).toString('latin1');
    const [failures, passes] = [regressionFailures(evidence, matrix), reproducesAll(evidence, columns)];
    const isFailing = (failures ?? 0) > 0 || passes === false;
    const isKnown = isFailing || (failures !== null && passes !== null);
    const given = score === undefined ? agentFinishedCritic({ isFinished, patch }) : score;
    return {
      score: isKnown ? given : null,
      keeps: isKnown && !isFailing,
      isEmpty: evidence.status === 'none',
    };
  });
  return selectByCritic(judged, rest);
}
