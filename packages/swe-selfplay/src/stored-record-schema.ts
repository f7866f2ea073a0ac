import { z } from 'zod';
import type { StoredRecord } from './run-record.js';

const count = z.int().min(0);
const ordinal = z.int().min(1);
const duration = z.number().min(0);
const ids = z.array(z.string());
const roundKey = { environment: z.string().min(1), round: ordinal, at: z.iso.datetime() };
const parent = ordinal.nullable();
const attemptKey = { ...roundKey, order: z.literal([1, 2]), parent, attempt: ordinal };
const check = z.strictObject({
  id: z.string(),
  status: z.enum(['passed', 'failed', 'skipped', 'error']),
  reason: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  ms: duration,
});
const groupFields = {
  attempts: count,
  graded: count,
  solved: count,
  solveRate: z.number().nullable(),
  hiddenGap: z.strictObject({ publicPassed: count, privateFailed: count }).optional(),
};
const conversation = z
  .strictObject({
    trajectory: z.string(),
    stopReason: z.string(),
    turns: count,
    promptTokens: count,
    completionTokens: count,
    cachedTokens: count,
    retries: count,
    formatErrors: count,
  })
  .nullable();

/** The one schema of all lines of `records.jsonl`. */
export const storedRecordSchema: z.ZodType<StoredRecord> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('round-start'), ...roundKey, seed: count }),
  z.strictObject({
    type: z.literal('injection'),
    ...roundKey,
    candidate: ordinal,
    seed: count,
    status: z.enum(['submitted', 'gave-up', 'infra']),
    artifact: z.string().nullable(),
    artifactId: z.string().nullable(),
    reason: z.string(),
    conversation,
    ms: duration,
  }),
  z.strictObject({
    type: z.literal('validation'),
    ...roundKey,
    candidate: ordinal,
    artifact: z.string(),
    status: z.enum(['valid', 'invalid', 'infra']),
    checks: z.array(check),
    failToPass: ids,
    passToPass: ids,
    flaky: ids,
    witnessed: ids.optional(),
    runs: z.strictObject({ executed: count, cached: count }),
    ms: duration,
  }),
  z.strictObject({
    type: z.literal('task'),
    ...roundKey,
    status: z.enum(['ready', 'refused', 'infra']),
    task: z.string(),
    reason: z.string(),
    hidden: z.strictObject({ public: count, private: count }).nullable(),
    leaks: z
      .array(
        z.strictObject({
          kind: z.string(),
          path: z.string(),
          isLeak: z.boolean(),
          scrubbing: z.enum(['deleted', 'hidden', 'none']),
        }),
      )
      .nullable(),
    ms: duration,
  }),
  z.strictObject({
    type: z.literal('attempt'),
    ...attemptKey,
    seed: count,
    status: z.enum(['submitted', 'gave-up', 'infra']),
    patch: z.string().nullable(),
    reason: z.string(),
    notes: z.record(z.string(), z.unknown()),
    conversation,
    ms: duration,
  }),
  z.strictObject({
    type: z.literal('evaluation'),
    ...attemptKey,
    status: z.enum(['solved', 'unsolved', 'infra']),
    reason: z.string(),
    failed: ids,
    missing: ids,
    flags: ids,
    hidden: z.strictObject({ publicPassed: z.boolean(), privatePassed: z.boolean() }).optional(),
    ms: duration,
  }),
  z.strictObject({
    type: z.literal('higher-order-task'),
    ...roundKey,
    parent: ordinal,
    status: z.enum(['created', 'refused']),
    task: z.string().nullable(),
    reason: z.string(),
  }),
  z.strictObject({
    type: z.literal('reward'),
    ...roundKey,
    role: z.enum(['injector', 'solver']),
    candidate: ordinal.nullable(),
    order: z.literal([1, 2]).nullable(),
    parent,
    attempt: ordinal.nullable(),
    reward: z.number().min(-1).max(1).nullable(),
  }),
  z.strictObject({
    type: z.literal('round-end'),
    ...roundKey,
    status: z.enum(['played', 'no-bug', 'refused', 'infra']),
    candidates: count,
    artifact: z.string().nullable(),
    group: z.strictObject(groupFields).nullable(),
    higherOrderGroups: z.array(z.strictObject({ ...groupFields, parent: ordinal })),
    injectorReward: z.number().min(-1).max(1).nullable(),
  }),
]);
