import { isRewarded } from '../exporters/trainable-sequences.js';
import { isInfrastructureEnd } from '../mask-reason.js';
import type { TrajectoryRecord } from '../trajectory-record.js';

/**
 * Whether an episode reached what it was for: of a solver that all tests passed, of an injector that its bug was valid.
 * Undefined where nobody can say: the reward is not settled, or the infrastructure failed. Records made elsewhere, which
 * do not tell, passed where the reward is above 0.
 */
export function hasPassed(record: TrajectoryRecord): boolean | undefined {
  if (isInfrastructureEnd(record) || !isRewarded(record)) return undefined;
  const { solved, valid } = record.reward_components;
  const told = record.role === 'solver' ? solved : valid;
  return told === undefined ? record.reward > 0 : told === 1;
}
