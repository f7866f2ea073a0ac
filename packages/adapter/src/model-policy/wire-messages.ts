import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { Conversation, Message } from '../conversation.js';
import type { ToolCallFormat } from '../tool-format.js';
import { splitReasoning } from './reasoning.js';

/** The messages of a request as they are recorded: what the model said stands in them as it came. */
export function renderConversation(format: ToolCallFormat, { messages, tools }: Conversation): ChatMessage[] {
  const description = format.isNative ? '' : format.describeTools(tools);
  return withSystemText(messages, description).map((message) => format.renderMessage(message));
}

function withSystemText(messages: readonly Message[], text: string): readonly Message[] {
  if (text === '') return messages;
  const [first, ...rest] = messages;
  if (first?.role === 'system') return [{ role: 'system', text: `${first.text}\n\n${text}` }, ...rest];
  return [{ role: 'system', text }, ...messages];
}

/**
 * A recorded message as it is sent. Of an assistant's message the content goes back to the character, tags included;
 * fields that only answers have stay behind, and so does reasoning, unless it is to be said again in `reasoningFields`.
 */
export function toWireMessage(message: ChatMessage, reasoningFields: readonly string[]): Record<string, unknown> {
  if (message.role !== 'assistant') return message;
  const { role, content, tool_calls: calls, reasoning } = message;
  const wire: Record<string, unknown> = { role, content: content ?? (calls?.length ? null : '') };
  if (calls?.length)
    wire.tool_calls = calls.map(({ id, function: { name, arguments: text } }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    }));
  if (hasReasoningApart(message)) for (const field of reasoningFields) wire[field] = reasoning;
  return wire;
}

/** Whether the server kept the reasoning apart; what was split off the content is still in it. */
export function hasReasoningApart({ content, reasoning }: ChatMessage): boolean {
  return reasoning !== undefined && splitReasoning(content ?? '').reasoning !== reasoning;
}
