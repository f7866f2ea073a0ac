import { describe, expect, test } from 'vitest';
import { aCall, aSecondTurn, aTrajectory, aTurn } from '../../test-support/a-trajectory.js';
import { maskLoss } from '../mask-loss.js';
import type { TrajectoryRecord, TurnRecord } from '../trajectory-record.js';
import { toArt, toArtGroups } from './to-art.js';
import { toAtif } from './to-atif.js';
import { toChatJsonl } from './to-chat-jsonl.js';

const withoutIds = {
  prompt_token_ids: null,
  completion_token_ids: null,
  completion_logprobs: null,
  extends_turn: null,
};
const text = aTrajectory({ capture: 'text', turns: [aTurn(withoutIds), aSecondTurn(withoutIds)] });
const pending = aTrajectory({ reward: null, reward_status: 'pending' });

const said = {
  task: { role: 'user', content: 'Fix it.' },
  listing: { role: 'tool', tool_call_id: 'call-0', content: 'README' },
  goodbye: { role: 'tool', tool_call_id: 'call-1', content: 'Submitted.' },
};

/** The second request begins anew with a summary. */
const restarted: TurnRecord[] = [
  aTurn(),
  aSecondTurn({
    extends_turn: null,
    restarts_messages: true,
    messages_delta: [said.task, { role: 'assistant', content: 'I looked.' }, { role: 'user', content: 'Go on.' }],
  }),
];

describe('chat', () => {
  test('has all that was said, the replies to the last turn too, and the tools', () => {
    expect(toChatJsonl(aTrajectory())).toEqual([
      {
        messages: [
          said.task,
          aCall('call-0', 'bash', { command: 'ls' }),
          said.listing,
          aCall('call-1', 'submit', {}),
          said.goodbye,
        ],
        tools: [
          {
            type: 'function',
            function: { name: 'bash', description: 'Runs a command.', parameters: { type: 'object', properties: {} } },
          },
        ],
        parallel_tool_calls: false,
      },
    ]);
  });

  test('a capture of text will do', () => {
    expect(toChatJsonl(text)).toEqual(toChatJsonl(aTrajectory()));
  });

  test('a trajectory without a reward is left out', () => {
    expect(toChatJsonl(pending)).toEqual([]);
  });

  test('turns with a format error, and masked ones, are context', () => {
    const weights = (record: TrajectoryRecord) =>
      toChatJsonl(record)[0]!.messages.flatMap(({ role, weight }) => (role === 'assistant' ? [weight] : []));
    expect(weights(aTrajectory({ turns: [aTurn({ format_error: 'no-call' }), aSecondTurn()] }))).toEqual([
      0,
      undefined,
    ]);
    expect(weights(maskLoss(aTrajectory()))).toEqual([0, 0]);
  });

  test('a conversation that began anew is an example of its own, and what it repeats is context', () => {
    const examples = toChatJsonl(aTrajectory({ turns: restarted }));
    expect(examples.map(({ messages }) => messages.map(({ role, weight }) => [role, weight]))).toEqual([
      [
        ['user', undefined],
        ['assistant', undefined],
      ],
      [
        ['user', undefined],
        ['assistant', 0],
        ['user', undefined],
        ['assistant', undefined],
        ['tool', undefined],
      ],
    ]);
  });

  test('what a server added is left out, reasoning comes where asked', () => {
    const response = { role: 'assistant', content: 'x', refusal: null, reasoning_content: 'Hm.' };
    const record = aTrajectory({ turns: [aTurn({ response })], messages_tail: [] });
    expect(toChatJsonl(record)[0]!.messages[1]).toEqual({ role: 'assistant', content: 'x' });
    const [example] = toChatJsonl(record, { withReasoning: true });
    expect(example!.messages[1]).toEqual({ role: 'assistant', content: 'x', reasoning_content: 'Hm.' });
  });

  test('tools of formats that write calls into the text are not offered', () => {
    const { policy } = aTrajectory();
    expect(toChatJsonl(aTrajectory({ policy: { ...policy, format: 'cwm' } }))[0]).not.toHaveProperty('tools');
  });
});

describe('ART', () => {
  test('what was sampled is a choice with its ids', () => {
    const trajectory = toArt(aTrajectory())!;
    expect(trajectory).toMatchObject({
      reward: 1,
      initial_policy_version: 7,
      final_policy_version: 7,
      additional_histories: [],
    });
    expect(trajectory.messages_and_choices).toEqual([
      said.task,
      expect.objectContaining({ prompt_token_ids: [1, 2], token_ids: [3, 4], finish_reason: 'tool_calls' }),
      said.listing,
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: aCall('call-1', 'submit', {}),
        logprobs: { content: [{ token: 'token_id:7', bytes: null, logprob: -1, top_logprobs: [] }], refusal: null },
        prompt_token_ids: [1, 2, 3, 4, 5, 6],
        token_ids: [7],
      },
      said.goodbye,
    ]);
  });

  const roles = (record: TrajectoryRecord, options = {}) =>
    toArt(record, options)!.messages_and_choices.map((item) => ('role' in item ? item.role : 'choice'));

  test('what is not trained on is a message', () => {
    expect(roles(text)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
    expect(roles(aTrajectory({ capture: 'eval' }))).not.toContain('choice');
    expect(roles(aTrajectory({ trainable: false }))).not.toContain('choice');
    expect(roles(maskLoss(aTrajectory()))).not.toContain('choice');
    const turns = [aTurn({ format_error: 'no-call' }), aSecondTurn()];
    expect(roles(aTrajectory({ turns }), { maskFormatErrors: true })).toEqual([
      'user',
      'assistant',
      'tool',
      'choice',
      'tool',
    ]);
  });

  test('a turn of which part is masked is not trained on at all', () => {
    expect(roles(aTrajectory({ turns: [aTurn({ loss_mask: [1, 0] }), aSecondTurn()] }))[1]).toBe('assistant');
  });

  test('a conversation that began anew is a further history', () => {
    const [further, ...rest] = toArt(aTrajectory({ turns: restarted }))!.additional_histories;
    expect(rest).toEqual([]);
    expect(further!.messages_and_choices.map((item) => ('role' in item ? item.role : 'choice'))).toEqual([
      'user',
      'assistant',
      'user',
      'choice',
      'tool',
    ]);
  });

  test('a turn to train on needs ids and a log-probability for each', () => {
    const refusal = expect.objectContaining({ code: 'no-tokens' });
    expect(() => toArt(aTrajectory({ turns: [aTurn({ completion_logprobs: [-1] })] }))).toThrow(refusal);
    expect(() => toArt(aTrajectory({ turns: [aTurn({ completion_token_ids: null })] }))).toThrow(refusal);
  });

  test('groups hold what is compared, roles apart, without trajectories that have no reward', () => {
    const groups = toArtGroups([
      aTrajectory(),
      aTrajectory({ group_id: 'bug-2' }),
      { ...pending, attempt: 3 },
      aTrajectory({ attempt: 2, reward: -1 }),
      aTrajectory({ role: 'injector' }),
    ]);
    expect(groups.map(({ metadata, trajectories }) => [metadata, trajectories.map(({ reward }) => reward)])).toEqual([
      [{ group_id: 'bug-1', role: 'solver' }, [1, -1]],
      [{ group_id: 'bug-2', role: 'solver' }, [1]],
      [{ group_id: 'bug-1', role: 'injector' }, [1]],
    ]);
  });
});

describe('ATIF', () => {
  test('replies of tools are observations of the step that called', () => {
    const trajectory = toAtif(aTrajectory())!;
    expect(trajectory.steps).toEqual([
      { step_id: 1, source: 'user', message: 'Fix it.', timestamp: '2026-01-01T00:00:00.000Z' },
      {
        step_id: 2,
        source: 'agent',
        message: '',
        timestamp: '2026-01-01T00:00:02.000Z',
        tool_calls: [{ tool_call_id: 'call-0', function_name: 'bash', arguments: { command: 'ls' } }],
        observation: { results: [{ source_call_id: 'call-0', content: 'README' }] },
        metrics: {
          prompt_tokens: 2,
          completion_tokens: 2,
          prompt_token_ids: [1, 2],
          completion_token_ids: [3, 4],
          logprobs: [-0.5, -0.25],
          extra: { weight_version_start: '7', weight_version_end: '7' },
        },
        llm_call_count: 1,
        extra: { turn: 0, finish_reason: 'tool_calls' },
      },
      expect.objectContaining({
        step_id: 3,
        observation: { results: [{ source_call_id: 'call-1', content: 'Submitted.' }] },
      }),
    ]);
    expect(trajectory.final_metrics).toEqual({
      total_prompt_tokens: 8,
      total_completion_tokens: 3,
      total_cached_tokens: 4,
      total_steps: 3,
      extra: { reward: 1, reward_components: { solved: 1 } },
    });
  });

  test('a reward that is not settled is not told, and never 0', () => {
    expect(toAtif(pending)!.final_metrics.extra).toEqual({ reward_components: { solved: 1 } });
  });

  test('a capture of text has steps without ids, as has any where asked', () => {
    for (const trajectory of [toAtif(text)!, toAtif(aTrajectory(), { withTokenIds: false })!]) {
      expect(trajectory.steps).toHaveLength(3);
      expect(JSON.stringify(trajectory)).not.toMatch(/token_ids|logprobs/);
    }
  });

  test('a reply that names no call of the step stands without one', () => {
    const turns = [
      aTurn(),
      aSecondTurn({
        messages_delta: [
          { role: 'tool: bash', content: 'a' },
          { ...said.listing, tool_call_id: 'other' },
        ],
      }),
    ];
    expect(toAtif(aTrajectory({ turns }))!.steps[1]!.observation).toEqual({
      results: [{ content: 'a' }, { content: 'README' }],
    });
  });

  test('arguments that are no object are kept as they were written', () => {
    const response = aCall('c', 'bash', ['ls']);
    const [, step] = toAtif(aTrajectory({ turns: [aTurn({ response })] }))!.steps;
    expect(step!.tool_calls).toEqual([
      { tool_call_id: 'c', function_name: 'bash', arguments: {}, extra: { raw_arguments: '["ls"]' } },
    ]);
  });

  test('what a request repeats is marked as copied, and was sampled by nobody here', () => {
    const steps = toAtif(aTrajectory({ turns: restarted }))!.steps;
    expect(
      steps.map(({ step_id, source, is_copied_context, llm_call_count }) => [
        step_id,
        source,
        is_copied_context,
        llm_call_count,
      ]),
    ).toEqual([
      [1, 'user', undefined, undefined],
      [2, 'agent', undefined, 1],
      [3, 'user', true, undefined],
      [4, 'agent', true, undefined],
      [5, 'user', true, undefined],
      [6, 'agent', undefined, 1],
    ]);
  });

  test('reasoning and format errors are told', () => {
    const response = { role: 'assistant', content: 'x', reasoning: 'Hm.' };
    const [, step] = toAtif(aTrajectory({ turns: [aTurn({ response, format_error: 'no-call' })] }))!.steps;
    expect(step).toMatchObject({ reasoning_content: 'Hm.', extra: { format_error: 'no-call' } });
  });

  test('an episode in which nothing was said is none', () => {
    expect(toAtif(aTrajectory({ turns: [] }))).toBeUndefined();
  });
});
