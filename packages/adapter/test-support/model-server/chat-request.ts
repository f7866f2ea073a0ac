import type { ChatMessage } from '@swe-selfplay/trajectory';
import { renderPrompt } from './chat-template.js';
import { encode } from './toy-tokenizer.js';

/** A request for an answer of the model, as far as the server understands it. */
export interface ChatRequest {
  readonly body: Readonly<Record<string, unknown>>;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly unknown[];
  readonly promptIds: readonly number[];
  readonly promptCharacters: number;
  /** Undefined: as many as there is room for. */
  readonly maxTokens: number | undefined;
  readonly temperature: number;
  readonly stop: readonly string[];
  readonly isStream: boolean;
  readonly wantsLogprobs: boolean;
  readonly topLogprobs: number;
}

/** Reads a body whose `messages` is known to be a list. */
export function readChatRequest(body: Readonly<Record<string, unknown>>): ChatRequest {
  const messages = body.messages as readonly ChatMessage[];
  const tools = Array.isArray(body.tools) ? (body.tools as readonly unknown[]) : [];
  const prompt = renderPrompt(messages, tools);
  const given = body.input_ids;
  const { stop } = body;
  return {
    body,
    messages,
    tools,
    promptIds: Array.isArray(given) ? (given as readonly number[]) : encode(prompt),
    promptCharacters: prompt.length,
    maxTokens: numberOf(body.max_completion_tokens) ?? numberOf(body.max_tokens),
    temperature: numberOf(body.temperature) ?? 1,
    stop: typeof stop === 'string' ? [stop] : Array.isArray(stop) ? (stop as readonly string[]) : [],
    isStream: body.stream === true,
    wantsLogprobs: body.logprobs === true,
    topLogprobs: numberOf(body.top_logprobs) ?? 0,
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
