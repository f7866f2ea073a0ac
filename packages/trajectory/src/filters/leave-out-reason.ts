import { TrajectoryError } from '../trajectory-error.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { type AgentStep, agentStepsOf } from './agent-steps.js';
import { isStuckInLoop } from './find-loop.js';
import { hasPassed } from './has-passed.js';

/** What a trajectory must be like to be imitated. Limits left out are none. */
export interface TrajectoryRules {
  /** It ended by handing in. Default false. */
  readonly isSubmitted?: boolean | undefined;
  /** Turns. */
  readonly maxTurns?: number | undefined;
  /** Turns whose reply held no readable call. */
  readonly maxFormatErrors?: number | undefined;
  /** Calls of tools that there are not, or with input that does not fit. */
  readonly maxRefusedCalls?: number | undefined;
  /** Longest run of turns that make the same calls; 1: no two in a row. */
  readonly maxRepeatedCalls?: number | undefined;
  /** It did not go round in circles, see `findLoop`. Default false. */
  readonly isFreeOfLoops?: boolean | undefined;
}

export type RuleSet = 'light' | 'strict';

/**
 * Devstral (arXiv 2509.25193) trains first on lightly, then on strictly filtered trajectories that pass the tests, and
 * publishes no rule of either. These are ours. `light`: it passed, and a conversation to learn from is left (both
 * always hold). `strict`: also handed in, and without a fault in how tools are used; 100 turns are OpenHands' limit.
 */
export const TRAJECTORY_RULES: Readonly<Record<RuleSet, TrajectoryRules>> = {
  light: {},
  strict: {
    isSubmitted: true,
    maxTurns: 100,
    maxFormatErrors: 0,
    maxRefusedCalls: 0,
    maxRepeatedCalls: 1,
    isFreeOfLoops: true,
  },
};

export type LeaveOutReason =
  | 'unknown-outcome'
  | 'failed'
  | 'nothing-to-learn'
  | 'not-submitted'
  | 'too-many-turns'
  | 'format-errors'
  | 'refused-calls'
  | 'repeated-calls'
  | 'loop';

/**
 * Why a trajectory is left out of a set to be imitated; undefined: it is kept. Any capture level will do. The outcome is
 * that of `hasPassed`; one that is not known is no failure, and no success. There is something to learn where a turn
 * used a tool, was readable, and is not masked as a whole. Throws TrajectoryError `invalid-option` for a limit that is
 * no whole number of at least 0.
 */
export function leaveOutReason(record: TrajectoryRecord, rules: RuleSet | TrajectoryRules): LeaveOutReason | undefined {
  const checked = typeof rules === 'string' ? TRAJECTORY_RULES[rules] : rules;
  const { isSubmitted = false, isFreeOfLoops = false } = checked;
  const maxTurns = limit('maxTurns', checked);
  const maxFormatErrors = limit('maxFormatErrors', checked);
  const maxRefusedCalls = limit('maxRefusedCalls', checked);
  const maxRepeatedCalls = limit('maxRepeatedCalls', checked);
  const passed = hasPassed(record);
  if (passed === undefined) return 'unknown-outcome';
  if (!passed) return 'failed';
  const steps = agentStepsOf(record);
  if (!hasLesson(record, steps)) return 'nothing-to-learn';
  if (isSubmitted && record.stop_reason !== 'submitted') return 'not-submitted';
  if (record.turns.length > maxTurns) return 'too-many-turns';
  const formatErrors = record.turns.filter(({ format_error }) => format_error !== undefined).length;
  if (formatErrors > maxFormatErrors) return 'format-errors';
  const refused = record.tool_events.filter(({ status }) => status === 'refused').length;
  if (refused > maxRefusedCalls) return 'refused-calls';
  if (longestRun(steps) > maxRepeatedCalls) return 'repeated-calls';
  return isFreeOfLoops && isStuckInLoop(record) ? 'loop' : undefined;
}

function hasLesson({ turns }: TrajectoryRecord, steps: readonly AgentStep[]): boolean {
  return turns.some(
    ({ format_error, loss_mask }, place) =>
      format_error === undefined && !steps[place]!.isTalk && (loss_mask === undefined || loss_mask.includes(1)),
  );
}

/** Of steps in a row that make the same calls; talk between is a step. */
function longestRun(steps: readonly AgentStep[]): number {
  let run = 0;
  let longest = 0;
  for (const [place, { isTalk, calls }] of steps.entries()) {
    run = isTalk ? 0 : calls === steps[place - 1]?.calls ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function limit(
  name: 'maxTurns' | 'maxFormatErrors' | 'maxRefusedCalls' | 'maxRepeatedCalls',
  rules: TrajectoryRules,
): number {
  const value = rules[name] ?? Number.POSITIVE_INFINITY;
  if (value >= 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) return value;
  throw new TrajectoryError(
    'invalid-option',
    `Expected ${name} to be a whole number of at least 0, and it is ${value}.`,
  );
}
