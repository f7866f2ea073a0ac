import type { Policy, Trajectory } from '@swe-selfplay/adapter';
import type { RepairSample } from './agentless.js';

/**
 * One answer that repairs as a trajectory of a single turn without tools, so that a game keeps it and a trainer finds its
 * tokens. Undefined for answers of a policy that is no model: nothing is known of their tokens, and `onRun` has the rest.
 */
export function answerTrajectory(
  policy: Policy,
  { prompt, completion, outcome }: RepairSample,
  id: string = completion.rolloutId,
): Trajectory | undefined {
  if (completion.status !== 'answered' || completion.sample === undefined) return undefined;
  const { messages, record } = completion.sample;
  return {
    id,
    policy: policy.name,
    description: policy.description,
    toolSet: 'none',
    tools: [],
    messages: [
      { role: 'user', text: prompt },
      { role: 'assistant', text: completion.text, toolCalls: [], raw: record.response },
    ],
    turns: [{ ...record, index: 0, messages_delta: messages, extends_turn: null }],
    messagesTail: [],
    toolEvents: [],
    formatErrors: outcome.status === 'format-wrong' ? 1 : 0,
    end:
      outcome.status === 'patched'
        ? { status: 'submitted', paths: [] }
        : { status: 'gave-up', reason: outcome.reason.slice(0, 1_000) },
    durationMs: Math.max(0, Date.parse(record.t_end) - Date.parse(record.t_start)) || 0,
  };
}
