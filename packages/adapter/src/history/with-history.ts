import type { Message } from '../conversation.js';
import { type Conversation, turnOf } from '../conversation.js';
import type { Policy } from '../policy.js';

/** Makes of a conversation what a policy is to see of it. Pure: the same messages give the same ones. */
export type HistoryProcessor = (messages: readonly Message[]) => readonly Message[];

/**
 * A policy that is asked with a processed conversation, such as one without old output; processors are applied in order.
 * The rollout keeps the whole conversation. A turn of a model records what was sent (see TurnSample), so that a turn whose
 * conversation does not go on from the one before is stored as one that restarts it and extends the last turn of which all
 * is still said, which makes a training sample of its own. Of a policy that records nothing, the whole conversation is stored.
 */
export function withHistory(policy: Policy, ...processors: readonly HistoryProcessor[]): Policy {
  return {
    name: policy.name,
    description: policy.description,
    respond(conversation, options) {
      const messages = processors.reduce((said, process) => process(said), conversation.messages);
      const seen: Conversation = { ...conversation, messages, turnsTaken: turnOf(conversation) - 1 };
      return policy.respond(seen, options);
    },
  };
}
