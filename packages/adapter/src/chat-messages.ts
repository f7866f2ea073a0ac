import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { Message } from './conversation.js';
import { writeJson } from './write-json.js';

/** A message in the form that OpenAI-compatible servers take, with native tool calls. */
export function toChatMessage(message: Message): ChatMessage {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.text };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text };
    case 'assistant':
      return message.raw ?? fromParts(message);
  }
}

function fromParts({ text, toolCalls }: Extract<Message, { readonly role: 'assistant' }>): ChatMessage {
  if (toolCalls.length === 0) return { role: 'assistant', content: text };
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    tool_calls: toolCalls.map(({ id, tool, input }) => ({
      id,
      type: 'function',
      function: { name: tool, arguments: typeof input === 'string' ? input : writeJson(input ?? {}) },
    })),
  };
}
