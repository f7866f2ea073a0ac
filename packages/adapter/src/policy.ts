import type { Conversation, ToolCall } from './conversation.js';

/** What a policy says next. Without a tool call it has nothing more to do, and the rollout ends. */
export interface Turn {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

/** Whatever answers the next turn of a conversation: an LLM endpoint, a script, a person. */
export interface Policy {
  readonly name: string;
  /**
   * Answers the next turn. Holds no state of a conversation: one policy may play several rollouts at once. Throws
   * where it cannot answer; that ends the rollout as `policy-failed` and says nothing about the task.
   */
  respond(conversation: Conversation, options: { readonly signal: AbortSignal }): Promise<Turn>;
}
