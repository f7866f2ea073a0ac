import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aSecondTurn, aTrajectory, aTurn } from '../../test-support/a-trajectory.js';
import { arbitraryTurns } from '../../test-support/arbitrary-turns.js';
import { compactTurns } from '../compact-turns.js';
import { maskLoss } from '../mask-loss.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { toSkyRLSteps } from './to-skyrl-steps.js';
import { toSlimeSamples } from './to-slime-samples.js';
import { toTrlRollout } from './to-trl-rollout.js';
import { toVerl } from './to-verl.js';

/** The second turn's prompt differs from what was sampled, so there are two sequences. */
const forked = aTrajectory({ turns: [aTurn(), aSecondTurn({ extends_turn: null, prompt_token_ids: [1, 2, 3, 9] })] });

const exporters: [string, (record: TrajectoryRecord) => readonly unknown[]][] = [
  ['SkyRL', (record) => toSkyRLSteps([record]).response_ids],
  ['verl', toVerl],
  ['slime', toSlimeSamples],
  ['TRL', toTrlRollout],
];

describe.each(exporters)('an export to %s', (_, exported) => {
  test('has what is trained on', () => {
    expect(exported(aTrajectory()).length).toBeGreaterThan(0);
    expect(exported(aTrajectory({ reward: 0 }))).toHaveLength(exported(aTrajectory()).length);
  });

  test.each<[string, Partial<TrajectoryRecord>]>([
    ['a pending reward', { reward: null, reward_status: 'pending' }],
    ['no reward', { reward: null, reward_status: 'unscorable' }],
    ['ids fit for evaluation only', { capture: 'eval' }],
    ['a word that it is not for training', { trainable: false }],
    ['no turns', { turns: [] }],
    ['a turn that sampled nothing', { turns: [aTurn({ completion_token_ids: [], completion_logprobs: [] })] }],
  ])('leaves out a trajectory with %s', (_reason, overrides) => {
    expect(exported(aTrajectory(overrides))).toEqual([]);
  });

  test('is refused for text', () => {
    const refusal = expect.objectContaining({ name: 'TrajectoryError', code: 'no-tokens' });
    expect(() => exported(aTrajectory({ capture: 'text' }))).toThrow(refusal);
    expect(() => exported(aTrajectory({ turns: [aTurn({ completion_token_ids: null })] }))).toThrow(refusal);
  });

  test('keeps a masked trajectory, for its reward', () => {
    expect(exported(maskLoss(aTrajectory()))).toHaveLength(exported(aTrajectory()).length);
  });
});

describe('SkyRL', () => {
  test('each turn is a step with its whole prompt, and the reward is on the last id of the last', () => {
    expect(toSkyRLSteps([aTrajectory({ reward: -1, attempt: 3 })])).toEqual({
      prompt_token_ids: [
        [1, 2],
        [1, 2, 3, 4, 5, 6],
      ],
      response_ids: [[3, 4], [7]],
      rewards: [[0, 0], [-1]],
      loss_masks: [[1, 1], [1]],
      stop_reasons: ['stop', 'stop'],
      rollout_metrics: null,
      rollout_logprobs: [[-0.5, -0.25], [-1]],
      trajectory_ids: [
        { instance_id: 'bug-1', repetition_id: 2 },
        { instance_id: 'bug-1', repetition_id: 2 },
      ],
      is_last_step: [false, true],
    });
  });

  test('a turn that sampled nothing has no step, and the reward is on the one before', () => {
    const turns = [aTurn(), aSecondTurn({ completion_token_ids: [], completion_logprobs: [] })];
    expect(toSkyRLSteps([aTrajectory({ turns })])).toMatchObject({ rewards: [[0, 1]], is_last_step: [true] });
  });

  test('a reply cut off is told as such', () => {
    const turns = [aTurn({ finish_reason: 'length' }), aSecondTurn({ finish_reason: null })];
    expect(toSkyRLSteps([aTrajectory({ turns })]).stop_reasons).toEqual(['length', 'unknown']);
  });

  test('without log-probabilities there is no column of them', () => {
    const turns = [aTurn({ completion_logprobs: null }), aSecondTurn()];
    expect(toSkyRLSteps([aTrajectory({ turns })]).rollout_logprobs).toBeNull();
  });

  test('format errors are masked where asked', () => {
    const turns = [aTurn({ format_error: 'no-call' }), aSecondTurn()];
    expect(toSkyRLSteps([aTrajectory({ turns })], { maskFormatErrors: true }).loss_masks).toEqual([[0, 0], [1]]);
  });

  test('the same attempt twice is refused', () => {
    const records = [aTrajectory(), aTrajectory({ trajectory_id: 'solver-1-again' })];
    expect(() => toSkyRLSteps(records)).toThrow(expect.objectContaining({ code: 'duplicate-attempt' }));
    expect(() => toSkyRLSteps([aTrajectory(), aTrajectory({ attempt: 2 })])).not.toThrow();
  });

  test('columns are equally long, steps of a trajectory together, the last of each marked and rewarded', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitraryTurns, fc.double({ min: -1, max: 1, noNaN: true }))), (episodes) => {
        const records = episodes.map(([played, reward], place) => {
          const withIds = played.filter((turn) => turn.prompt_token_ids && turn.completion_token_ids);
          const turns = compactTurns(withIds.map((turn, index) => ({ ...turn, index })));
          return aTrajectory({ turns, reward, attempt: place + 1 });
        });
        const { rollout_metrics: _, ...columns } = toSkyRLSteps(records);
        const lengths = Object.values(columns).map((column) => column?.length);
        expect(new Set(lengths).size).toBe(1);
        const sampled = records.filter(({ turns }) => turns.some((turn) => turn.completion_token_ids!.length > 0));
        expect(columns.is_last_step.filter(Boolean)).toHaveLength(sampled.length);
        const rewardSums = columns.rewards.map((row) => row.reduce((sum, reward) => sum + reward, 0));
        expect(rewardSums.filter((_, place) => columns.is_last_step[place])).toEqual(
          sampled.map(({ reward }) => reward! + 0),
        );
        expect(rewardSums.filter((sum, place) => sum !== 0 && !columns.is_last_step[place])).toEqual([]);
        for (const [place, isLast] of columns.is_last_step.entries()) {
          const [mine, next] = [columns.trajectory_ids[place], columns.trajectory_ids[place + 1]];
          if (next) expect(mine!.repetition_id === next.repetition_id).toBe(!isLast);
        }
      }),
    );
  });
});

describe('verl', () => {
  test('a trajectory of one sequence is one output', () => {
    expect(toVerl(aTrajectory())).toEqual([
      {
        prompt_ids: [1, 2],
        response_ids: [3, 4, 5, 6, 7],
        response_mask: [1, 1, 0, 0, 1],
        response_logprobs: [-0.5, -0.25, 0, 0, -1],
        reward_score: 1,
        num_turns: 4,
        metrics: { generate_sequences: 3, tool_calls: 0.045, compute_score: 0, num_preempted: -1 },
        extra_fields: {
          min_global_steps: 7,
          max_global_steps: 7,
          trajectory_id: 'solver-1',
          group_id: 'bug-1',
          role: 'solver',
        },
      },
    ]);
  });

  test('every sequence has the whole reward', () => {
    expect(toVerl(forked).map(({ reward_score, prompt_ids }) => [reward_score, prompt_ids])).toEqual([
      [1, [1, 2]],
      [1, [1, 2, 3, 9]],
    ]);
  });

  test('steps are those of the oldest and newest weights, or not known', () => {
    const steps = (start: string | null, stepOf?: (version: string) => number) =>
      toVerl(aTrajectory({ turns: [aTurn({ weight_version_start: start })] }), { stepOf })[0]!.extra_fields;
    expect(steps('step-5')).toMatchObject({ min_global_steps: 5, max_global_steps: 7 });
    expect(steps(null)).toMatchObject({ min_global_steps: null, max_global_steps: null });
    expect(steps('default')).toMatchObject({ min_global_steps: null, max_global_steps: null });
    expect(steps('x', (version) => version.length)).toMatchObject({ min_global_steps: 1, max_global_steps: 1 });
  });
});

describe('slime', () => {
  test('samples of a trajectory share its reward and its number', () => {
    const samples = toSlimeSamples(forked, { groupIndex: 4, index: 12 });
    expect(
      samples.map(({ tokens, response_length, loss_mask, reward }) => [tokens, response_length, loss_mask, reward]),
    ).toEqual([
      [[1, 2, 3, 4], 2, [1, 1], 0.5],
      [[1, 2, 3, 9, 7], 1, [1], 0.5],
    ]);
    expect(samples).toMatchObject([
      { group_index: 4, index: 12, rollout_id: 12, metadata: { raw_reward: 1, segment: 0, segments: 2 } },
      { group_index: 4, index: 12, rollout_id: 12, metadata: { raw_reward: 1, segment: 1, segments: 2 } },
    ]);
  });

  test('a sequence with nothing to learn from takes no share of the reward', () => {
    const [first, second] = forked.turns;
    const samples = toSlimeSamples(aTrajectory({ turns: [{ ...first!, format_error: 'no-call' }, second!] }), {
      maskFormatErrors: true,
    });
    expect(samples.map(({ tokens, reward }) => [tokens, reward])).toEqual([[[1, 2, 3, 9, 7], 1]]);
  });

  test('numbers made of ids are the same for the same id and safe in JSON', () => {
    const [sample] = toSlimeSamples(aTrajectory());
    const [other] = toSlimeSamples(aTrajectory({ trajectory_id: 'solver-2' }));
    expect(toSlimeSamples(aTrajectory())[0]).toEqual(sample);
    expect(other!.group_index).toBe(sample!.group_index);
    expect(other!.rollout_id).not.toBe(sample!.rollout_id);
    expect(Number.isSafeInteger(sample!.rollout_id)).toBe(true);
  });

  test.each([
    ['submitted', 'completed'],
    ['gave-up', 'completed'],
    ['turn-limit', 'truncated'],
    ['context-overflow', 'truncated'],
    ['format-errors', 'failed'],
  ] as const)('%s is %s', (stop_reason, status) => {
    expect(toSlimeSamples(aTrajectory({ stop_reason }))[0]!.status).toBe(status);
  });
});

describe('TRL', () => {
  test('a row has prompt, completion and what of it is trained on', () => {
    expect(toTrlRollout(aTrajectory({ reward: 0.5 }))).toEqual([
      {
        prompt_ids: [1, 2],
        completion_ids: [3, 4, 5, 6, 7],
        logprobs: [-0.5, -0.25, 0, 0, -1],
        env_mask: [1, 1, 0, 0, 1],
        reward: 0.5,
        group_id: 'bug-1',
        rollout_id: 'solver-1',
        model_version: 7,
      },
    ]);
    expect(toTrlRollout(forked).map(({ rollout_id }) => rollout_id)).toEqual(['solver-1', 'solver-1']);
  });

  test('log-probabilities are needed', () => {
    const turns = [aTurn({ completion_logprobs: null }), aSecondTurn()];
    expect(() => toTrlRollout(aTrajectory({ turns }))).toThrow(expect.objectContaining({ code: 'no-tokens' }));
  });
});
