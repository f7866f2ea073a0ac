import type { ChatMessage, ChatToolCall } from '../trajectory-record.js';
import type { AtifResult, AtifStep, AtifToolCall } from './atif-types.js';
import { reasoningOf } from './reasoning-of.js';

/** What an agent's step has beside its message. */
export function agentFields(message: ChatMessage): Pick<AtifStep, 'reasoning_content' | 'tool_calls'> {
  const reasoning = reasoningOf(message);
  return {
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(message.tool_calls?.length && { tool_calls: message.tool_calls.map(toAtifCall) }),
  };
}

/** The reply of a tool as a result of the step before it; it names a call only if that step made it. */
export function resultOf(message: ChatMessage, step: Pick<AtifStep, 'tool_calls'>): AtifResult {
  const id = message.tool_call_id;
  const isOfStep = step.tool_calls?.some((call) => call.tool_call_id === id) ?? false;
  return { ...(isOfStep && { source_call_id: id! }), content: message.content ?? '' };
}

function toAtifCall({ id, function: { name, arguments: text } }: ChatToolCall): AtifToolCall {
  const input = parseObject(text);
  const call = { tool_call_id: id, function_name: name };
  return input ? { ...call, arguments: input } : { ...call, arguments: {}, extra: { raw_arguments: text } };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
