import { conversationsOf, type Said } from '../conversations-of.js';
import { promptIdsOf } from '../token-prefix.js';
import type { TrajectoryRecord, TurnRecord } from '../trajectory-record.js';
import { agentFields, resultOf } from './atif-agent-step.js';
import type { AtifMetrics, AtifResult, AtifStep, AtifTrajectory } from './atif-types.js';
import { functionTools } from './function-tools.js';
import { isRewarded } from './trainable-sequences.js';

export interface AtifOptions {
  /** Whether each step has the ids of its whole prompt and of its completion. Default true; prompts repeat themselves. */
  readonly withTokenIds?: boolean | undefined;
}

/**
 * A trajectory of any capture level in ATIF v1.7, as Harbor reads it. Replies of tools are observations of the step that
 * called, those to the last turn too. Where a request does not go on with what was said before, all it repeats is marked
 * as copied. A reward that is not settled is left out of `extra`. Undefined for a trajectory in which nothing was said.
 */
export function toAtif(record: TrajectoryRecord, options: AtifOptions = {}): AtifTrajectory | undefined {
  const steps = stepsOf(record, options.withTokenIds ?? true);
  if (steps.length === 0) return undefined;
  const { policy, env } = record;
  return {
    schema_version: 'ATIF-v1.7',
    session_id: record.trajectory_id,
    trajectory_id: record.trajectory_id,
    agent: {
      name: policy.name,
      version: env.library,
      ...(policy.model !== null && { model_name: policy.model }),
      ...(record.tools.length > 0 && { tool_definitions: functionTools(record) }),
      extra: { tool_set: record.tool_set, format: policy.format, engine: policy.engine },
    },
    steps,
    final_metrics: {
      ...totalsOf(record.turns),
      total_steps: steps.length,
      extra: { ...(isRewarded(record) && { reward: record.reward }), reward_components: record.reward_components },
    },
    extra: {
      role: record.role,
      group_id: record.group_id,
      task_id: record.task_id,
      attempt: record.attempt,
      order: record.order,
      parent_ids: record.parent_ids,
      seed: record.seed,
      capture: record.capture,
      stop_reason: record.stop_reason,
      reward_status: record.reward_status,
      environment: env.environment,
    },
  };
}

type StepInProgress = Omit<AtifStep, 'step_id' | 'observation'> & { readonly results: AtifResult[] };

function stepsOf(record: TrajectoryRecord, withTokenIds: boolean): AtifStep[] {
  const steps: StepInProgress[] = [];
  for (const [place, conversation] of conversationsOf(record).entries()) {
    // Of a conversation that begins anew, what its first request says was said before, or stands for it.
    const copiedBy = place > 0 ? conversation[0]?.turn : undefined;
    for (const said of conversation) {
      const isCopied = copiedBy !== undefined && said.from === 'request' && said.turn === copiedBy;
      const last = steps.at(-1);
      if (said.message.role.startsWith('tool') && last?.source === 'agent')
        last.results.push(resultOf(said.message, last));
      else steps.push(stepOf(record, said, isCopied, withTokenIds));
    }
  }
  return steps.map(({ results, ...step }, place) => ({
    step_id: place + 1,
    ...step,
    ...(results.length > 0 && { observation: { results } }),
  }));
}

function stepOf(record: TrajectoryRecord, said: Said, isCopied: boolean, withTokenIds: boolean): StepInProgress {
  const { message, from, turn } = said;
  const step = {
    message: message.content ?? '',
    ...(isCopied && { is_copied_context: true as const }),
    results: [],
  };
  if (from === 'policy') {
    const { index, finish_reason, format_error } = turn;
    return {
      ...step,
      timestamp: turn.t_end,
      source: 'agent',
      ...agentFields(message),
      metrics: metricsOf(record.turns, turn, withTokenIds),
      llm_call_count: 1,
      extra: { turn: index, finish_reason, ...(format_error !== undefined && { format_error }) },
    };
  }
  if (message.role === 'assistant') return { ...step, source: 'agent', ...agentFields(message) };
  const isSystem = message.role === 'system' || message.role === 'developer';
  const timestamp = turn && { timestamp: turn.t_start };
  const role = isSystem || message.role === 'user' ? undefined : { extra: { role: message.role } };
  return { ...step, ...timestamp, source: isSystem ? 'system' : 'user', ...role };
}

function metricsOf(turns: readonly TurnRecord[], turn: TurnRecord, withTokenIds: boolean): AtifMetrics {
  const { usage, completion_token_ids: ids, completion_logprobs: logprobs } = turn;
  const prompt = withTokenIds ? promptIdsOf(turns, turn.index) : null;
  return {
    ...(usage && { prompt_tokens: usage.prompt_tokens, completion_tokens: usage.completion_tokens }),
    ...(usage && usage.cached_tokens !== null && { cached_tokens: usage.cached_tokens }),
    ...(prompt && { prompt_token_ids: prompt }),
    ...(withTokenIds && ids && { completion_token_ids: ids }),
    ...(withTokenIds && logprobs && { logprobs }),
    extra: { weight_version_start: turn.weight_version_start, weight_version_end: turn.weight_version_end },
  };
}

function totalsOf(turns: readonly TurnRecord[]): Partial<AtifTrajectory['final_metrics']> {
  const usages = turns.flatMap(({ usage }) => usage ?? []);
  if (usages.length === 0) return {};
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const cached = usages.flatMap(({ cached_tokens }) => cached_tokens ?? []);
  return {
    total_prompt_tokens: sum(usages.map(({ prompt_tokens }) => prompt_tokens)),
    total_completion_tokens: sum(usages.map(({ completion_tokens }) => completion_tokens)),
    ...(cached.length > 0 && { total_cached_tokens: sum(cached) }),
  };
}
