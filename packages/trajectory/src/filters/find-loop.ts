import { TrajectoryError } from '../trajectory-error.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { type AgentStep, agentStepsOf } from './agent-steps.js';

export interface LoopOptions {
  /**
   * `ever`: at any turn, as OpenHands asks after each and ends the episode there. `at-end`: at the last turn, so that
   * one that found its way out is none. Default `ever`.
   */
  readonly when?: 'ever' | 'at-end' | undefined;
  /** Steps of one action and one reply in a row. Default 4, at least 2, as all of these. */
  readonly sameReplySteps?: number | undefined;
  /** Steps of one action in a row that were all refused. Default 3. */
  readonly refusedSteps?: number | undefined;
  /** Turns in a row that only talk and say the same, or nothing. Default 3. */
  readonly talkSteps?: number | undefined;
  /** Steps in a row that go to and fro between two actions with one reply each. Default 6. */
  readonly alternatingSteps?: number | undefined;
  /**
   * What of a reply is compared. Default: all but its numbers, since replies hold durations and the steps that remain;
   * OpenHands compares the command and its exit code, which are not kept apart here.
   */
  readonly readReply?: ((reply: string) => string) | undefined;
}

export type LoopKind = 'same-reply' | 'refused' | 'talk' | 'alternating';

export interface FoundLoop {
  readonly kind: LoopKind;
  /** Index of the turn at which it was one: the first, or of `at-end` the last of all. */
  readonly turn: number;
}

/**
 * The loop that an episode ran into; undefined: none. The rules and numbers are those of OpenHands' StuckDetector
 * (openhands/controller/stuck.py, and StuckDetectionThresholds of its SDK), from which SkyRL-Agent has
 * `stuck_in_a_loop`: (1) one action with one reply 4 times in a row, (2) one action 3 times in a row and each time an
 * error, (3) one message without a call 3 times in a row, (4) two actions in turn for 6 steps, and messages that say
 * nothing 3 times in a row. Actions are equal where text and calls are. What differs here: a turn with several calls is
 * one action with all their replies; an error is a call that was refused; the loop of condensations has no counterpart.
 * Throws TrajectoryError `invalid-option`.
 */
export function findLoop(
  record: Pick<TrajectoryRecord, 'turns' | 'messages_tail' | 'tool_events'>,
  options: LoopOptions = {},
): FoundLoop | undefined {
  const lengths: Lengths = {
    'same-reply': atLeastTwo('sameReplySteps', options.sameReplySteps ?? 4),
    refused: atLeastTwo('refusedSteps', options.refusedSteps ?? 3),
    talk: atLeastTwo('talkSteps', options.talkSteps ?? 3),
    alternating: atLeastTwo('alternatingSteps', options.alternatingSteps ?? 6),
  };
  const readReply = options.readReply ?? withoutNumbers;
  const steps = agentStepsOf(record).map((step) => ({
    ...step,
    ...(step.observation !== undefined && { observation: readReply(step.observation) }),
  }));
  const first = options.when === 'at-end' ? Math.max(0, steps.length - 1) : 0;
  for (let last = first; last < steps.length; last += 1) {
    const kind = loopEndingAt(steps, last, lengths);
    if (kind !== undefined) return { kind, turn: steps[last]!.turn };
  }
  return undefined;
}

/** Whether an episode ran into a loop, see `findLoop`. */
export function isStuckInLoop(
  record: Pick<TrajectoryRecord, 'turns' | 'messages_tail' | 'tool_events'>,
  options: LoopOptions = {},
): boolean {
  return findLoop(record, options) !== undefined;
}

type Lengths = Readonly<Record<LoopKind, number>>;

function loopEndingAt(steps: readonly AgentStep[], last: number, lengths: Lengths): LoopKind | undefined {
  for (const [kind, length] of Object.entries(lengths) as [LoopKind, number][]) {
    if (length > last + 1) continue;
    if (IS_LOOP[kind](steps.slice(last + 1 - length, last + 1))) return kind;
  }
  return undefined;
}

/** Whether steps in a row, all of them, are such a loop. */
const IS_LOOP: Readonly<Record<LoopKind, (steps: readonly AgentStep[]) => boolean>> = {
  'same-reply': (steps) => steps.every((step) => hasReply(step) && isSame(step, steps[0]!)),
  refused: (steps) => steps.every((step) => step.isRefused && step.action === steps[0]!.action),
  talk: (steps) =>
    steps.every(({ isTalk }) => isTalk) &&
    (steps.every(({ text }) => text === steps[0]!.text) || steps.every(({ text }) => text.trim() === '')),
  alternating: (steps) => steps.every((step, place) => hasReply(step) && isSame(step, steps[place % 2]!)),
};

function hasReply({ isTalk, observation }: AgentStep): boolean {
  return !isTalk && observation !== undefined;
}

function isSame(left: AgentStep, right: AgentStep): boolean {
  return left.action === right.action && left.observation === right.observation;
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(\.\d+)?/g, '0');
}

function atLeastTwo(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 2) return value;
  throw new TrajectoryError(
    'invalid-option',
    `Expected ${name} to be a whole number of at least 2, and it is ${value}.`,
  );
}
