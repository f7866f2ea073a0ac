import type { ChatMessage, TrajectoryRecord, TurnRecord } from './trajectory-record.js';

/** One message of a conversation. */
export type Said =
  /** Of a request: an instruction, a reply of a tool, or an answer that was not sampled in this conversation. */
  | { readonly from: 'request'; readonly message: ChatMessage; readonly turn: TurnRecord | undefined }
  /** What the policy said in `turn`. */
  | { readonly from: 'policy'; readonly message: ChatMessage; readonly turn: TurnRecord };

/**
 * What was said, in order: one list, and a further one from each request that does not go on with what was said before.
 * Replies to the last turn, which no request carried, end the last list; their `turn` is undefined.
 */
export function conversationsOf(record: Pick<TrajectoryRecord, 'turns' | 'messages_tail'>): Said[][] {
  const conversations: Said[][] = [];
  for (const turn of record.turns) {
    if (turn.restarts_messages || conversations.length === 0) conversations.push([]);
    const conversation = conversations.at(-1)!;
    for (const message of turn.messages_delta) conversation.push({ from: 'request', message, turn });
    conversation.push({ from: 'policy', message: turn.response, turn });
  }
  const tail = record.messages_tail.map((message): Said => ({ from: 'request', message, turn: undefined }));
  conversations.at(-1)?.push(...tail);
  return conversations;
}
