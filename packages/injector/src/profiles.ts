import { type EvaluationFlag, REFUSED_FLAGS } from '@swe-selfplay/evaluation';
import type { Check } from './check.js';
import { DEFAULT_CHECKS } from './default-checks.js';
import { STRICT_CHECKS, STRICT_RULES } from './strict-checks.js';
import { DEFAULT_RULES, type RuleOverrides, type ValidationRules } from './validation-rules.js';

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
  default: { checks: DEFAULT_CHECKS, rules: DEFAULT_RULES, refusedFlags: REFUSED_FLAGS },
  strict: {
    checks: STRICT_CHECKS,
    rules: STRICT_RULES,
    refusedFlags: [...REFUSED_FLAGS, 'names-test-runner', 'touches-test-directory'],
  },
};

/** The rules of a profile with those that are given instead; what is undefined stays as the profile has it. */
export function rulesUnder(profile: ProfileName, ...given: readonly (RuleOverrides | undefined)[]): ValidationRules {
  const named = given.flatMap((rules) => Object.entries(rules ?? {})).filter(([, value]) => value !== undefined);
  return { ...PROFILES[profile].rules, ...Object.fromEntries(named) };
}
