import type { ChatMessage, ToolEvent, TurnRecord } from '@swe-selfplay/trajectory';
import type { Message, ToolDescription } from './conversation.js';
import type { PolicyDescription } from './policy.js';

/** Why a rollout ended. */
export type RolloutEnd =
  /** The paths that were handed in; none: the workspace as it is. */
  | { readonly status: 'submitted'; readonly paths: readonly string[] }
  /** The policy made no tool call. */
  | { readonly status: 'gave-up'; readonly reason: string }
  | { readonly status: 'turn-limit'; readonly maxTurns: number }
  | { readonly status: 'timed-out'; readonly timeoutMs: number }
  | { readonly status: 'context-overflow'; readonly reason: string }
  /** Too many replies in a row held no call that could be read. */
  | { readonly status: 'format-errors'; readonly reason: string }
  /** The last three say nothing about the task: no reward follows from them. */
  | { readonly status: 'cancelled' }
  | { readonly status: 'policy-failed'; readonly reason: string }
  | { readonly status: 'sandbox-failed'; readonly reason: string };

/** A played rollout: JSON as it stands. */
export interface Trajectory {
  readonly id: string;
  readonly policy: string;
  /** Of the policy; undefined where it is no model. */
  readonly description: PolicyDescription | undefined;
  readonly toolSet: string;
  readonly tools: readonly ToolDescription[];
  /** Everything said, the prompt included, tool calls and replies in order. */
  readonly messages: readonly Message[];
  /** Each turn that the policy answered, in the form of the trajectory record. */
  readonly turns: readonly TurnRecord[];
  /** Replies to the last turn, which no request carried any more. */
  readonly messagesTail: readonly ChatMessage[];
  readonly toolEvents: readonly ToolEvent[];
  /** Replies without a readable call, and calls that were refused. */
  readonly formatErrors: number;
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
    case 'context-overflow':
      return { status: 'gave-up', reason: `The conversation became too long: ${end.reason}` };
    case 'format-errors':
      return { status: 'gave-up', reason: `Too many replies without a readable tool call: ${end.reason}` };
    case 'cancelled':
      return { status: 'infra', reason: 'The rollout was cancelled.' };
    case 'policy-failed':
      return { status: 'infra', reason: `The policy failed: ${end.reason}` };
    case 'sandbox-failed':
      return { status: 'infra', reason: `The sandbox failed: ${end.reason}` };
  }
}
