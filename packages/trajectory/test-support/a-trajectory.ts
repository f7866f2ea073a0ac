import type { FullTurn } from '../src/full-turn.js';
import { TRAJECTORY_SCHEMA_VERSION, type TrajectoryRecord, type TurnRecord } from '../src/trajectory-record.js';

/** A turn of a native tool call as a vLLM server answers it; its prompt is ids 1 and 2, its completion 3 and 4. */
export function aTurn(overrides: Partial<TurnRecord> = {}): TurnRecord {
  const index = overrides.index ?? 0;
  return {
    index,
    request_id: `request-${index}`,
    messages_delta: [{ role: 'user', content: 'Fix it.' }],
    response: aCall(`call-${index}`, 'bash', { command: 'ls' }),
    finish_reason: 'tool_calls',
    stop_reason: null,
    extends_turn: null,
    prompt_token_ids: [1, 2],
    completion_token_ids: [3, 4],
    completion_logprobs: [-0.5, -0.25],
    weight_version_start: '7',
    weight_version_end: '7',
    sampling_requested: { temperature: 1 },
    sampling_effective: { temperature: 1, top_p: 1 },
    usage: { prompt_tokens: 2, completion_tokens: 2, cached_tokens: null },
    t_start: '2026-01-01T00:00:00.000Z',
    t_end: '2026-01-01T00:00:02.000Z',
    retries: 0,
    ...overrides,
  };
}

/** What an assistant says that calls one tool. */
export function aCall(id: string, name: string, input: unknown): TurnRecord['response'] {
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
  };
}

/** The second turn of an episode: it goes on from `aTurn()` with ids 5 and 6, and answers with 7. */
export function aSecondTurn(overrides: Partial<TurnRecord> = {}): TurnRecord {
  return aTurn({
    index: 1,
    messages_delta: [{ role: 'tool', tool_call_id: 'call-0', content: 'README' }],
    response: aCall('call-1', 'submit', {}),
    extends_turn: 0,
    prompt_token_ids: [5, 6],
    completion_token_ids: [7],
    completion_logprobs: [-1],
    usage: { prompt_tokens: 6, completion_tokens: 1, cached_tokens: 4 },
    t_start: '2026-01-01T00:00:03.000Z',
    t_end: '2026-01-01T00:00:04.000Z',
    ...overrides,
  });
}

/** A solver's episode of two turns that solved its bug, fit for training. */
export function aTrajectory(overrides: Partial<TrajectoryRecord> = {}): TrajectoryRecord {
  return {
    schema_version: TRAJECTORY_SCHEMA_VERSION,
    trajectory_id: 'solver-1',
    role: 'solver',
    group_id: 'bug-1',
    task_id: 'bug-1',
    attempt: 1,
    order: 1,
    parent_ids: ['injector-1'],
    bug_id: null,
    seed: 3,
    capture: 'train',
    policy: {
      name: 'model',
      model: 'small-coder',
      base_url_host: 'models.example',
      engine: 'vllm',
      logprobs_mode: 'processed',
      format: 'native',
    },
    tool_set: 'cwm',
    tools: [{ name: 'bash', description: 'Runs a command.', inputSchema: { type: 'object', properties: {} } }],
    turns: [aTurn(), aSecondTurn()],
    messages_tail: [{ role: 'tool', tool_call_id: 'call-1', content: 'Submitted.' }],
    tool_events: [
      { turn: 0, call_id: 'call-0', tool: 'bash', status: 'replied', ms: 40 },
      { turn: 1, call_id: 'call-1', tool: 'submit', status: 'submitted', ms: 5 },
    ],
    counts: { format_errors: 0 },
    reward: 1,
    reward_status: 'settled',
    reward_components: { solved: 1 },
    stop_reason: 'submitted',
    trainable: true,
    timings: { run: 4000 },
    env: { environment: 'small-library', digest: 'abc', library: '0.1.0', config_hash: 'def' },
    ...overrides,
  };
}

/** A whole turn with nothing said but these ids. */
export function aFullTurn(index: number, prompt: readonly number[], completion: readonly number[]): FullTurn {
  const { messages_delta: _, extends_turn: __, ...turn } = aTurn({ index });
  return {
    ...turn,
    messages: [],
    prompt_token_ids: prompt,
    completion_token_ids: completion,
    completion_logprobs: completion.map(() => -1),
    loss_mask: [...prompt.map(() => 0 as const), ...completion.map(() => 1 as const)],
  };
}
