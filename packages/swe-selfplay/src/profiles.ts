import type { EvaluationFlag } from '@swe-selfplay/evaluation';
import { REFUSED_FLAGS } from '@swe-selfplay/exploits';
import {
  type Check,
  DEFAULT_CHECKS,
  DEFAULT_RULES,
  STRICT_CHECKS,
  STRICT_RULES,
  type ValidationRules,
} from '@swe-selfplay/injector';

/** How much is asked of bugs and patches; spread one into the options of `play`, or hand its parts to each step. */
export interface Profile {
  /** What a bug artifact must pass to be valid. */
  readonly checks: readonly Check[];
  readonly rules: ValidationRules;
  /** Flags that make a solved patch unsolved. */
  readonly refusedFlags: readonly EvaluationFlag[];
}

export type ProfileName = 'default' | 'strict';

/**
 * `default`: the nine checks, and what proves a report false. `strict`: also the rules of quality, many repeats, runs
 * again under edits that change nothing, and what only hints at a false report; it costs many times as much, and some
 * honest bugs and patches.
 */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  default: { checks: DEFAULT_CHECKS, rules: DEFAULT_RULES, refusedFlags: REFUSED_FLAGS.default },
  strict: { checks: STRICT_CHECKS, rules: STRICT_RULES, refusedFlags: REFUSED_FLAGS.strict },
};
