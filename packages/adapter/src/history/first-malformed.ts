import type { Message } from '../conversation.js';
import type { HistoryProcessor } from './with-history.js';

/**
 * Of several turns in a row in which no call could be read, each with the message that asks again, only the first stays once
 * a turn with a call has come (SWE-agent, arXiv 2405.15793, section 3). Until then all stay: the policy is to see that what
 * it tried is wrong. For conversations with tools, in which a turn without a call is answered only where it is malformed.
 */
export function firstMalformedOnly(): HistoryProcessor {
  return (messages) => {
    const kept: Message[] = [];
    let run: Message[] = [];
    messages.forEach((message, index) => {
      const isRetry = message.role === 'user' && isMalformed(messages[index - 1]);
      if (isMalformed(message) || isRetry) {
        run.push(message);
        return;
      }
      const hasCall = message.role === 'assistant' && message.toolCalls.length > 0;
      kept.push(...(hasCall ? run.slice(0, 2) : run), message);
      run = [];
    });
    return [...kept, ...run];
  };
}

function isMalformed(message: Message | undefined): boolean {
  return message?.role === 'assistant' && message.toolCalls.length === 0;
}
