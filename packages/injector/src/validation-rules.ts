import { z } from 'zod';

/** The numbers that the checks go by (SPEC 5). The paper gives none; the defaults are those of SPEC. */
export interface ValidationRules {
  /** Tests that must pass on the original; default 10. */
  readonly minPassingTests: number;
  /** Files that bug_inject.diff must change; default 1. */
  readonly minChangedFiles: number;
  /** Files that it may change at most, each of which costs a run of the suite; default 100. */
  readonly maxChangedFiles: number;
  /** Tests that must fail because of the bug; default 1. */
  readonly minFailingTests: number;
  /** Share, 0..1, of the tests passing on the original that the bug may break, for `fail-share`; default 1. */
  readonly maxFailToPassShare: number;
  /** Runs of the original and of the buggy state that must agree; default 2. One run shows no flakiness at all. */
  readonly repeats: number;
  /** Runs the tests in another order in every repeat but the first, where the suite allows it; default false. */
  readonly varyOrder: boolean;
  /** Gives every repeat but the first another time zone; default false. */
  readonly varyTimeZone: boolean;
  /** Share, 0..1, of tests that may differ between repeats; they then leave FAIL_TO_PASS and PASS_TO_PASS. Default 0. */
  readonly maxFlakyShare: number;
  /** Wall time of one run of test_script.sh; default 90,000. */
  readonly timeoutMs: number;
}

/** Rules as a caller gives them: what is left out has its default. */
export type RuleOverrides = { readonly [Rule in keyof ValidationRules]?: ValidationRules[Rule] | undefined };

/** Fills in the defaults; refuses unknown keys and values out of range. */
export const validationRulesSchema: z.ZodType<ValidationRules, RuleOverrides> = z.strictObject({
  minPassingTests: z.int().min(1).default(10),
  minChangedFiles: z.int().min(1).default(1),
  maxChangedFiles: z.int().min(1).default(100),
  minFailingTests: z.int().min(1).default(1),
  maxFailToPassShare: z.number().min(0).max(1).default(1),
  repeats: z.int().min(1).max(1000).default(2),
  varyOrder: z.boolean().default(false),
  varyTimeZone: z.boolean().default(false),
  maxFlakyShare: z.number().min(0).max(1).default(0),
  timeoutMs: z.number().positive().default(90_000),
});

export const DEFAULT_RULES: ValidationRules = validationRulesSchema.parse({});
