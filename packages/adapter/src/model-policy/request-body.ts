import { createHash } from 'node:crypto';
import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { ToolDescription } from '../conversation.js';
import type { Settings } from './settings.js';
import { toWireMessage } from './wire-messages.js';

/** The words in which a server is asked for token data. */
export type CaptureDialect = 'vllm' | 'sglang' | 'none';

/** What of a request depends on the server. */
export interface Dialect {
  readonly capture: CaptureDialect;
  /** Whether the server knows `top_k`. */
  readonly hasTopK: boolean;
}

export interface RequestParts {
  readonly messages: readonly ChatMessage[];
  /** Undefined: tools are none of the server's business. */
  readonly tools?: readonly ToolDescription[] | undefined;
  readonly sampling: Readonly<Record<string, unknown>>;
  /** Alternatives for each token, for probes. */
  readonly topLogprobs?: number;
}

/** The body of a chat request without what differs between its retries. */
export function requestBody(settings: Settings, dialect: Dialect, parts: RequestParts): Record<string, unknown> {
  const { model, stream, resendReasoning } = settings;
  return {
    model,
    messages: parts.messages.map((message) => toWireMessage(message, resendReasoning)),
    ...parts.sampling,
    ...(parts.tools?.length && { tools: parts.tools.map(toNativeTool), tool_choice: 'auto' }),
    ...captureFields(dialect.capture, stream, parts.topLogprobs ?? 0),
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
  };
}

/** The sampling of a request in the words of the wire, which are those of the record too. */
export function samplingFields(
  { sampling, extraBody }: Settings,
  { hasTopK }: Dialect,
  sent: { readonly maxTokens: number | undefined; readonly seed: number | undefined },
): Record<string, unknown> {
  return {
    ...extraBody,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    ...(hasTopK && { top_k: sampling.topK }),
    ...(sent.maxTokens !== undefined && { max_tokens: sent.maxTokens }),
    ...(sent.seed !== undefined && { seed: sent.seed }),
    ...(sampling.stop && { stop: sampling.stop }),
  };
}

/** Attempts of one group must not sample the same, and one attempt again must. */
export function seedOfTurn(seed: number | undefined, rolloutId: string, turn: number): number | undefined {
  if (seed === undefined) return undefined;
  return createHash('sha256').update(`${seed}:${turn}:${rolloutId}`).digest().readUInt32BE() >>> 1;
}

function captureFields(capture: CaptureDialect, stream: boolean, topLogprobs: number): Record<string, unknown> {
  // `top_logprobs` is a number even where no alternatives are wanted: null breaks some versions of vLLM.
  if (capture === 'vllm') return { return_token_ids: true, logprobs: true, top_logprobs: topLogprobs };
  // SGLang refuses ids in a stream.
  if (capture === 'sglang' && !stream)
    return {
      return_prompt_token_ids: true,
      return_token_ids: true,
      return_meta_info: true,
      logprobs: true,
      ...(topLogprobs > 0 && { top_logprobs: topLogprobs }),
    };
  return {};
}

function toNativeTool({ name, description, inputSchema }: ToolDescription): Record<string, unknown> {
  return { type: 'function', function: { name, description, parameters: inputSchema } };
}
