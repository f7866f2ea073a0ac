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

/** What an end without a submission means for whoever asked for one, and why: nobody's fault, or the policy's end. */
export function withoutSubmission(end: Exclude<RolloutEnd, { readonly status: 'submitted' }>): {
  readonly status: 'gave-up' | 'infra';
  readonly reason: string;
} {
  switch (end.status) {
    case 'gave-up':
      return { status: 'gave-up', reason: end.reason };
    case 'turn-limit':
      return { status: 'gave-up', reason: `No submission within ${end.maxTurns} turns.` };
    case 'timed-out':
      return { status: 'gave-up', reason: `No submission within ${end.timeoutMs / 1000} s.` };
    case 'cancelled':
      return { status: 'infra', reason: 'The rollout was cancelled.' };
    case 'policy-failed':
      return { status: 'infra', reason: `The policy failed: ${end.reason}` };
    case 'sandbox-failed':
      return { status: 'infra', reason: `The sandbox failed: ${end.reason}` };
  }
}
