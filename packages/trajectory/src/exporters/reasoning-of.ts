import type { ChatMessage } from '../trajectory-record.js';

/** What a model thought, under either of the names that servers have for it. */
export function reasoningOf(message: ChatMessage): string | undefined {
  const { reasoning, reasoning_content: older } = message;
  const text = reasoning ?? older;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
