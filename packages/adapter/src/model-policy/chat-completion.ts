import type { ChatMessage, ChatToolCall, TokenUsage } from '@swe-selfplay/trajectory';
import { z } from 'zod';
import { isTooDeep, writeJson } from '../write-json.js';
import { splitReasoning } from './reasoning.js';

/** The answer of a server, whole or put together from a stream. Token data are not checked yet. */
export interface ChatCompletion extends CompletionRoot {
  readonly choices: readonly Choice[];
}

export interface CompletionRoot {
  readonly id?: string | null | undefined;
  readonly prompt_token_ids?: unknown;
  readonly usage?:
    | {
        readonly prompt_tokens: number;
        readonly completion_tokens?: number | null | undefined;
        readonly prompt_tokens_details?: { readonly cached_tokens?: number | null | undefined } | null | undefined;
      }
    | null
    | undefined;
  readonly metadata?: { readonly weight_version?: string | number | null | undefined } | null | undefined;
}

export interface Choice extends ChoiceEnd, ChoiceTokens {
  readonly message: RawMessage;
}

export interface ChoiceEnd {
  readonly finish_reason?: string | null | undefined;
  readonly stop_reason?: string | number | null | undefined;
  /** SGLang's word for it. */
  readonly matched_stop?: string | number | null | undefined;
}

export interface ChoiceTokens {
  readonly token_ids?: unknown;
  /** The word of SGLang before it took over vLLM's. */
  readonly response_token_ids?: unknown;
  readonly prompt_token_ids?: unknown;
  readonly logprobs?: { readonly content?: readonly unknown[] | null | undefined } | null | undefined;
  readonly meta_info?:
    | {
        readonly output_token_logprobs?: unknown;
        readonly weight_version?: string | number | null | undefined;
        readonly weight_versions?: unknown;
      }
    | null
    | undefined;
}

export interface RawMessage {
  readonly role?: string | null | undefined;
  readonly content?: string | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly reasoning_content?: string | null | undefined;
  readonly tool_calls?: readonly RawToolCall[] | null | undefined;
}

export interface RawToolCall {
  readonly id?: string | null | undefined;
  readonly function: { readonly name?: string | null | undefined; readonly arguments?: unknown };
}

/**
 * The message as it came, with its reasoning under one name and calls that always have an id; `turn` makes ids of our
 * own unique in the conversation.
 */
export function readMessage(raw: RawMessage, turn: number): ChatMessage {
  const { reasoning, tool_calls: calls, ...others } = raw;
  // Servers add fields of their own; one that is nested without end could be neither recorded nor said again, and a
  // name of the call that it answers belongs to a tool's message alone.
  const rest = Object.fromEntries(
    Object.entries(others).filter(([name, value]) => name !== 'tool_call_id' && !isTooDeep(value)),
  );
  const content = raw.content ?? null;
  const thought =
    reasoning ?? raw.reasoning_content ?? (content === null ? undefined : splitReasoning(content).reasoning);
  return {
    ...rest,
    // Whatever it says it is: what it said is said again as the assistant's.
    role: 'assistant',
    content,
    ...(calls?.length && { tool_calls: calls.map((call, index) => readCall(call, `turn-${turn}-call-${index + 1}`)) }),
    ...(typeof thought === 'string' && thought !== '' && { reasoning: thought }),
  };
}

function readCall({ id, function: called }: RawToolCall, ownId: string): ChatToolCall {
  const given = called.arguments ?? '';
  return {
    id: id || ownId,
    type: 'function',
    function: { name: called.name ?? '', arguments: typeof given === 'string' ? given : writeJson(given) },
  };
}

/** What was said after the reasoning. Content stands as it is where the server keeps reasoning apart. */
export function spokenText(raw: RawMessage): string {
  const content = raw.content ?? '';
  return (raw.reasoning ?? raw.reasoning_content) ? content : splitReasoning(content).text;
}

/** What was counted; null where it is no count, since no record could hold it. */
export function readUsage({ usage }: ChatCompletion): TokenUsage | null {
  const read = usageSchema.safeParse({
    prompt_tokens: usage?.prompt_tokens,
    completion_tokens: usage?.completion_tokens ?? 0,
    cached_tokens: usage?.prompt_tokens_details?.cached_tokens ?? null,
  });
  return read.success ? read.data : null;
}

/** No context holds more; sums of any number of these stay whole numbers. */
const count = z.int().nonnegative().max(1_000_000_000);
const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  cached_tokens: count.nullable().catch(null),
});

export function readAnsweredVersion({ metadata, choices }: ChatCompletion): string | null {
  const version = choices[0]?.meta_info?.weight_version ?? metadata?.weight_version;
  return version === null || version === undefined ? null : String(version);
}

interface WeightSpan {
  readonly version: string;
  readonly start: number;
  readonly end: number;
}

const spansSchema = z.array(
  z.object({ version: z.union([z.string(), z.number()]).transform(String), start: count, end: count }),
);

/** Which weights made which tokens, where the engine tells. */
export function readWeightSpans({ choices }: ChatCompletion): WeightSpan[] | undefined {
  const spans = spansSchema.safeParse(choices[0]?.meta_info?.weight_versions);
  return spans.success && spans.data.length > 0 ? spans.data : undefined;
}
