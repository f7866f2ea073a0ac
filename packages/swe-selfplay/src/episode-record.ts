import { createHash } from 'node:crypto';
import type { Trajectory } from '@swe-selfplay/adapter';
import { TRAJECTORY_SCHEMA_VERSION, type TrajectoryRecord } from '@swe-selfplay/trajectory';
import type { RoundSetup } from './round-setup.js';
import type { ConversationSummary } from './run-record.js';
import type { StageTimes } from './stage-times.js';

/** Where an episode stands in its round. */
export type EpisodePlace = Pick<
  TrajectoryRecord,
  'role' | 'group_id' | 'task_id' | 'attempt' | 'order' | 'parent_ids' | 'seed'
>;

const LIBRARY = 'swe-selfplay/0.1.0';
const CHECK_TOOL = 'check';

/** Names an episode: equal for equal settings, code and place, so that a resumed run goes on with the same names. */
export function trajectoryId(setup: Pick<RoundSetup, 'seed'>, ...place: readonly (string | number | null)[]): string {
  return hash([setup.seed, ...place]);
}

/** What an episode was played on and by which settings. */
export interface EpisodeOrigin {
  /** Key of the environment. */
  readonly environment: string;
  readonly digest: string;
  /** Everything that decided how it was played; JSON. */
  readonly configuration: unknown;
}

/** The record of a played conversation, its reward still open. */
export function toTrajectoryRecord(
  trajectory: Trajectory,
  place: EpisodePlace,
  origin: EpisodeOrigin,
  times: StageTimes = {},
): TrajectoryRecord {
  const { description } = trajectory;
  return {
    schema_version: TRAJECTORY_SCHEMA_VERSION,
    trajectory_id: trajectory.id,
    ...place,
    bug_id: null,
    capture: description?.capture ?? 'text',
    policy: description?.record ?? {
      name: trajectory.policy,
      model: null,
      base_url_host: null,
      engine: 'none',
      logprobs_mode: null,
      format: null,
    },
    tool_set: trajectory.toolSet,
    tools: trajectory.tools.map(({ name, description: text, inputSchema }) => ({
      type: 'function',
      function: { name, description: text, parameters: inputSchema },
    })),
    turns: trajectory.turns,
    messages_tail: trajectory.messagesTail,
    tool_events: trajectory.toolEvents,
    counts: {
      turns: trajectory.turns.length,
      format_errors: trajectory.formatErrors,
      checks: trajectory.toolEvents.filter(({ tool, status }) => tool === CHECK_TOOL && status === 'replied').length,
    },
    reward: null,
    reward_status: 'pending',
    reward_components: {},
    stop_reason: trajectory.end.status,
    trainable: false,
    timings: { ...times, conversation: Math.round(trajectory.durationMs) },
    env: {
      environment: origin.environment,
      digest: origin.digest,
      library: LIBRARY,
      config_hash: hash(origin.configuration),
    },
  };
}

export function summariseConversation({
  trajectory_id,
  stop_reason,
  turns,
  counts,
}: TrajectoryRecord): ConversationSummary {
  const sum = (value: (turn: (typeof turns)[number]) => number | null | undefined) =>
    turns.reduce((total, turn) => total + (value(turn) ?? 0), 0);
  return {
    trajectory: trajectory_id,
    stopReason: stop_reason,
    turns: turns.length,
    promptTokens: sum(({ usage }) => usage?.prompt_tokens),
    completionTokens: sum(({ usage }) => usage?.completion_tokens),
    cachedTokens: sum(({ usage }) => usage?.cached_tokens),
    retries: sum(({ retries }) => retries),
    formatErrors: counts.format_errors ?? 0,
  };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
