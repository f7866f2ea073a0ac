import type { Message } from './conversation.js';

/** Raised when the meaning of a field changes; new optional fields do not raise it. */
export const TRAJECTORY_FORMAT_VERSION = 1;

/** Why a rollout ended. */
export type RolloutEnd =
  | { readonly status: 'submitted'; readonly path: string | undefined }
  /** The policy made no tool call. */
  | { readonly status: 'gave-up'; readonly reason: string }
  | { readonly status: 'turn-limit'; readonly maxTurns: number }
  | { readonly status: 'timed-out'; readonly timeoutMs: number }
  | { readonly status: 'cancelled' }
  /** The last two say nothing about the task: no reward follows from them. */
  | { readonly status: 'policy-failed'; readonly reason: string }
  | { readonly status: 'sandbox-failed'; readonly reason: string };

/** A recorded rollout: JSON as it stands. */
export interface Trajectory {
  readonly formatVersion: typeof TRAJECTORY_FORMAT_VERSION;
  readonly policy: string;
  /** Everything said, the prompt included, tool calls and replies in order. */
  readonly messages: readonly Message[];
  /** Turns that the policy answered. */
  readonly turns: number;
  readonly end: RolloutEnd;
  readonly durationMs: number;
}
