import { z } from 'zod';
import type { ChatMessage, TrajectoryRecord, TurnRecord } from './trajectory-record.js';

const tokenIds = z.array(z.number()).nullable();
const json = z.record(z.string(), z.unknown());
const numbers = z.record(z.string(), z.number());
const index = z.int().nonnegative();

/** Messages keep the fields that servers add. */
const chatMessage: z.ZodType<ChatMessage> = z.looseObject({
  role: z.string(),
  content: z.string().nullable(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string(),
        type: z.literal('function'),
        function: z.looseObject({ name: z.string(), arguments: z.string() }),
      }),
    )
    .exactOptional(),
  tool_call_id: z.string().exactOptional(),
  reasoning: z.string().exactOptional(),
});

const turn: z.ZodType<TurnRecord> = z.strictObject({
  index,
  request_id: z.string().nullable(),
  messages_delta: z.array(chatMessage),
  restarts_messages: z.literal(true).exactOptional(),
  response: chatMessage,
  finish_reason: z.string().nullable(),
  stop_reason: z.union([z.string(), z.number()]).nullable(),
  extends_turn: index.nullable(),
  prompt_token_ids: tokenIds,
  completion_token_ids: tokenIds,
  completion_logprobs: z.array(z.number()).nullable(),
  loss_mask: z.array(z.union([z.literal(0), z.literal(1)])).exactOptional(),
  format_error: z.string().exactOptional(),
  weight_version_start: z.string().nullable(),
  weight_version_end: z.string().nullable(),
  weight_spans: z.array(z.strictObject({ version: z.string(), start: index, end: index })).exactOptional(),
  sampling_requested: json,
  sampling_effective: json,
  usage: z.strictObject({ prompt_tokens: index, completion_tokens: index, cached_tokens: index.nullable() }).nullable(),
  t_start: z.string(),
  t_end: z.string(),
  retries: index,
});

const turns = z.array(turn).superRefine((all, context) => {
  for (const [place, { index, extends_turn, prompt_token_ids }] of all.entries()) {
    const complain = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [place, field], message });
    if (index !== place) complain('index', `Expected ${place}, the turn's place in the list.`);
    if (extends_turn === null) continue;
    // This runs even where a number was found to be below 0.
    const earlier = extends_turn < place ? all[extends_turn] : undefined;
    if (earlier === undefined) complain('extends_turn', 'Expected an earlier turn.');
    else if (!earlier.prompt_token_ids || !earlier.completion_token_ids || !prompt_token_ids)
      complain('extends_turn', 'Expected both turns to have token ids.');
  }
});

/**
 * One line of a file of trajectories. Strict, so that a misspelt field is found where it is written, except in messages,
 * which are kept as servers send them. Token ids and log-probabilities need only be numbers here: whether they make
 * sense is what `validateTrajectory` says.
 */
export const trajectoryRecordSchema: z.ZodType<TrajectoryRecord> = z.strictObject({
  schema_version: z.literal(1),
  trajectory_id: z.string().min(1),
  role: z.enum(['injector', 'solver']),
  group_id: z.string(),
  task_id: z.string(),
  attempt: z.int().positive(),
  order: z.union([z.literal(1), z.literal(2)]).nullable(),
  parent_ids: z.array(z.string()),
  bug_id: z.string().nullable(),
  seed: z.number(),
  capture: z.enum(['train', 'eval', 'text']),
  policy: z.strictObject({
    name: z.string(),
    model: z.string().nullable(),
    base_url_host: z.string().nullable(),
    engine: z.enum(['vllm', 'sglang', 'other', 'none']),
    logprobs_mode: z.enum(['processed', 'raw']).nullable(),
    format: z.string().nullable(),
  }),
  tool_set: z.string(),
  tools: z.array(json),
  turns,
  messages_tail: z.array(chatMessage),
  tool_events: z.array(
    z.strictObject({
      turn: index,
      call_id: z.string(),
      tool: z.string(),
      status: z.enum(['replied', 'submitted', 'refused']),
      ms: z.number().nonnegative(),
    }),
  ),
  counts: numbers,
  reward: z.number().nullable(),
  reward_status: z.enum(['settled', 'pending', 'unscorable']),
  reward_components: numbers,
  stop_reason: z.enum([
    'submitted',
    'gave-up',
    'turn-limit',
    'timed-out',
    'context-overflow',
    'format-errors',
    'cancelled',
    'policy-failed',
    'sandbox-failed',
  ]),
  trainable: z.boolean(),
  unscorable_reason: z.string().exactOptional(),
  timings: numbers,
  env: z.strictObject({
    environment: z.string(),
    digest: z.string(),
    library: z.string(),
    config_hash: z.string(),
  }),
});
