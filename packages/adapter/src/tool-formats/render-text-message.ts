import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { Message, ToolCall } from '../conversation.js';
import { joinText } from './text-reading.js';

/** A message in a format that writes calls into the text: a reply of a tool is said by the user, or by `toolRole`. */
export function renderTextMessage(
  message: Message,
  renderCall: (call: ToolCall) => string,
  toolRole: (tool: string) => string = () => 'user',
): ChatMessage {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.text };
    case 'tool':
      return { role: toolRole(message.tool), content: message.text };
    case 'assistant':
      return message.raw ?? { role: 'assistant', content: joinText(message.text, message.toolCalls.map(renderCall)) };
  }
}
