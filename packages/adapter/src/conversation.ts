/** What is said in one rollout, in order. Messages are data: they are kept in trajectories as they are. */
export type Message =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly text: string };

/** One use of a tool, as the policy asked for it; nothing of it has been checked. */
export interface ToolCall {
  /** Names the call within its conversation; the answer carries the same id. */
  readonly id: string;
  readonly tool: string;
  /** JSON value, to be checked by the tool. */
  readonly input: unknown;
}

/** A tool as a policy is told of it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** Everything that a policy sees when it is asked for its next turn. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDescription[];
}
