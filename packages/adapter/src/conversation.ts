import type { ChatMessage } from '@swe-selfplay/trajectory';

/** What is said in one rollout, in order. Messages are data: they are kept in trajectories as they are. */
export type Message =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly text: string }
  | AssistantMessage
  | { readonly role: 'tool'; readonly callId: string; readonly tool: string; readonly text: string };

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** As the server sent it: what is said again later is said in the same words. */
  readonly raw?: ChatMessage;
}

/** One use of a tool, as the policy asked for it; nothing of it has been checked. */
export interface ToolCall {
  /** Names the call within its conversation; the answer carries the same id. */
  readonly id: string;
  readonly tool: string;
  /** A JSON value, to be checked by the tool; a string where the format of the calls has one text as the only argument. */
  readonly input: unknown;
  /** Why the input could not be read; the policy is told and nothing is executed. */
  readonly problem?: string;
}

/** A tool as a policy is told of it. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** How the input is written as one text, for formats that have no other arguments; undefined: it cannot be. */
  readonly textInput?: string;
}

/** Everything that a policy sees when it is asked for its next turn. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDescription[];
  /** Turns that the policy has taken, where `messages` no longer shows all of them. */
  readonly turnsTaken?: number;
}

/** Which turn of the policy is asked for, from 1. */
export function turnOf({ messages, turnsTaken }: Conversation): number {
  return (turnsTaken ?? messages.filter(({ role }) => role === 'assistant').length) + 1;
}
