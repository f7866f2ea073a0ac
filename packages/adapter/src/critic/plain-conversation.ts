import { type ChatMessage, functionTools, type PlainMessage, toPlainMessages } from '@swe-selfplay/trajectory';
import { PolicyError } from '../policy-error.js';
import type { ScoreOptions } from './critic.js';

/** What is sent to a critic: the messages as text, in the form of the training sets. Throws PolicyError `invalid-options`. */
export function plainConversation(
  messages: readonly ChatMessage[],
  { tools = [] }: Pick<ScoreOptions, 'tools'>,
): readonly PlainMessage[] {
  if (messages.every(({ role }) => role !== 'assistant'))
    throw new PolicyError('invalid-options', 'Expected a conversation in which an assistant said something.');
  return toPlainMessages(messages, functionTools({ tools: tools.map((tool) => ({ ...tool })) }));
}
