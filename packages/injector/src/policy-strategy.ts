import { createRandom } from '@swe-selfplay/artifact';
import { InjectorError } from './injector-error.js';
import type { WorkspaceGit } from './injector-workspace.js';

/** What a policy is told to make a bug by; there is a prompt of this name for each. */
export type PolicyStrategy = 'direct' | 'removal' | 'history';

/** `removal-or-history`: one of the two, as likely as the other, drawn by the seed of the group (SSR 3.4). */
export type PolicyStrategyChoice = PolicyStrategy | 'removal-or-history';

export const POLICY_STRATEGIES: readonly PolicyStrategyChoice[] = [
  'direct',
  'removal',
  'history',
  'removal-or-history',
];

export interface DrawnStrategy {
  readonly strategy: PolicyStrategy;
  /** Why `history` could not be drawn. */
  readonly withoutHistory?: string;
}

/**
 * Draws the strategy of an episode. Throws InjectorError `no-history` where history is asked for and there is none; where
 * it is one of two, the other is taken.
 */
export function drawStrategy(choice: PolicyStrategyChoice, groupSeed: number, git: WorkspaceGit): DrawnStrategy {
  if (choice === 'removal-or-history') {
    if (git.kind !== 'history') return { strategy: 'removal', withoutHistory: git.reason };
    return { strategy: createRandom(groupSeed).fork('injector prompt').pick(['removal', 'history']) };
  }
  if (choice === 'history' && git.kind !== 'history') {
    const message = `Expected a repository with history for the strategy "history", got none: ${git.reason}.`;
    throw new InjectorError('no-history', message);
  }
  return { strategy: choice };
}
