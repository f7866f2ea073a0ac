import { z } from 'zod';

const count = z.int().min(1);

/** The numbers that the checks go by (SPEC 5). The paper gives none; the defaults are those of SPEC. */
export const validationRulesSchema = z.strictObject({
  /** Tests that must pass on the original. */
  minPassingTests: count.default(10),
  /** Files that bug_inject.diff must change. */
  minChangedFiles: count.default(1),
  /** Tests that must fail because of the bug. */
  minFailingTests: count.default(1),
  /** Runs of the original and of the buggy state that must agree. One run shows no flakiness at all. */
  repeats: count.max(1000).default(2),
  /** Share, 0..1, of tests that may differ between repeats; those are left out of FAIL_TO_PASS and PASS_TO_PASS. */
  maxFlakyShare: z.number().min(0).max(1).default(0),
  /** Wall time of one run of test_script.sh; at most what a timer of Node can wait, about 24 days. */
  timeoutMs: z.number().positive().max(2 ** 31 - 1).default(90_000),
});

export type ValidationRules = z.infer<typeof validationRulesSchema>;

export const DEFAULT_RULES: ValidationRules = validationRulesSchema.parse({});
