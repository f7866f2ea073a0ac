import { z } from 'zod';

const count = z.int().min(0);
const ids = z.array(z.string());
/** What `validate --json` prints. */
export const reportSchema = z.strictObject({
  status: z.enum(['valid', 'invalid', 'infra']),
  valid: z.boolean(),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      status: z.enum(['passed', 'failed', 'skipped', 'error']),
      reason: z.string().min(1),
      evidence: z.record(z.string(), z.unknown()),
      ms: count,
    }),
  ),
  failToPass: ids,
  passToPass: ids,
  flaky: ids,
  witnessed: ids.optional(),
  runs: z.strictObject({ executed: count, cached: count }),
  ms: count,
});

/** What `evaluate --json` prints. */
export const evaluationSchema = z.strictObject({
  status: z.enum(['solved', 'unsolved', 'infra']),
  solved: z.boolean(),
  reason: z.string().min(1),
  failed: ids,
  missing: ids,
  flags: ids,
  hidden: z.strictObject({ publicPassed: z.boolean(), privatePassed: z.boolean() }).optional(),
  ms: count,
});
