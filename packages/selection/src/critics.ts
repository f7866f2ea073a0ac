import { isEmptyPatch } from './candidate-checks.js';

export interface FinishedAttempt {
  /** Whether the last action of the agent was to finish. */
  readonly isFinished: boolean;
  readonly patch: string;
  readonly hadException?: boolean;
}

/** 1 for an attempt that finished by itself, without an exception, and handed in a change; else 0 (OpenHands SDK). */
export function agentFinishedCritic({ isFinished, patch, hadException = false }: FinishedAttempt): 0 | 1 {
  return isFinished && !hadException && !isEmptyPatch(patch) ? 1 : 0;
}

/** 1 for a patch that changes something, else 0 (OpenHands SDK). */
export function emptyPatchCritic({ patch }: Pick<FinishedAttempt, 'patch'>): 0 | 1 {
  return isEmptyPatch(patch) ? 0 : 1;
}

/** 1 for every attempt (OpenHands SDK): the critic to compare others with. */
export function passCritic(_attempt?: FinishedAttempt): 1 {
  return 1;
}
