import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aSecondTurn, aTrajectory, aTurn } from '../../test-support/a-trajectory.js';
import { arbitraryTurns } from '../../test-support/arbitrary-turns.js';
import { compactTurns } from '../compact-turns.js';
import { expandTurns } from '../expand-turns.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { exportCriticLines } from './export-critic-lines.js';
import { toCriticSamples } from './to-critic-samples.js';

/** Labels of the OpenHands critic: discounted by 0.99 from the last action on. */
const discounted = (actions: number, passed: boolean) =>
  Array.from({ length: actions }, (_, place) => (passed ? 0.99 ** (actions - 1 - place) : 0));
/** Labels that tell which is which. */
const numbered = (actions: number) => Array.from({ length: actions }, (_, place) => place + 1);

const FAULTY = aTrajectory({
  turns: [
    aTurn({ response: { role: 'assistant', content: 'Hm.' }, format_error: 'no-call' }),
    aSecondTurn({ messages_delta: [{ role: 'user', content: 'Call a tool.' }] }),
  ],
});

test('a trajectory that passed becomes a conversation with a label for each turn', () => {
  expect(toCriticSamples(aTrajectory(), discounted)).toEqual([
    {
      ...{ trajectory_id: 'solver-1', role: 'solver', group_id: 'bug-1', task_id: 'bug-1', attempt: 1 },
      ...{ conversation: 0, passed: true, actions: 2 },
      messages: [
        { role: 'system', content: expect.stringContaining('### bash\nRuns a command.') },
        { role: 'user', content: 'Fix it.' },
        { role: 'assistant', content: '<function=bash>\n<parameter=command>ls</parameter>\n</function>' },
        { role: 'user', content: 'EXECUTION RESULT of [bash]:\nREADME' },
        { role: 'assistant', content: '<function=submit>\n</function>' },
      ],
      labels: [0.99, 1],
      turn_indices: [0, 1],
      message_indices: [2, 4],
      tokens: [
        {
          token_ids: [1, 2, 3, 4, 5, 6, 7],
          label_mask: [0, 0, 0, 1, 0, 0, 1],
          labels: [0, 0, 0, 0.99, 0, 0, 1],
          turn_indices: [0, 1],
        },
      ],
    },
  ]);
});

test('one that failed has labels of 0 at the same places', () => {
  const failed = aTrajectory({ reward: -1, reward_components: { solved: 0 } });
  const [sample] = toCriticSamples(failed, discounted);
  expect(sample).toMatchObject({ passed: false, labels: [0, 0], message_indices: [2, 4] });
  expect(sample!.tokens[0]!.label_mask).toEqual([0, 0, 0, 1, 0, 0, 1]);
});

test('turns with a format error are actions with a label, or context where asked', () => {
  const [all] = toCriticSamples(FAULTY, numbered);
  expect(all).toMatchObject({ actions: 2, labels: [1, 2], turn_indices: [0, 1] });
  expect(all!.message_indices.map((place) => all!.messages[place]!.content)).toEqual([
    'Hm.',
    '<function=submit>\n</function>',
  ]);
  const [masked] = toCriticSamples(FAULTY, numbered, { maskFormatErrors: true });
  expect(masked).toMatchObject({ actions: 2, labels: [2], turn_indices: [1], message_indices: [4] });
  expect(masked!.messages).toEqual(all!.messages);
  expect(masked!.tokens[0]).toMatchObject({ label_mask: [0, 0, 0, 0, 0, 0, 1], labels: [0, 0, 0, 0, 0, 0, 2] });
});

test.each<[string, Partial<TrajectoryRecord>]>([
  ['Its reward is still pending.', { reward: null, reward_status: 'pending' }],
  ['The sandbox was lost.', { reward: null, reward_status: 'unscorable', unscorable_reason: 'The sandbox was lost.' }],
  ['The infrastructure failed.', { stop_reason: 'policy-failed', reward: -1 }],
  ['Its outcome is not known.', { reward: Number.NaN }],
  ['It has no turn.', { turns: [] }],
  ['It is of the injector, whose actions no tests judge.', { role: 'injector', reward_components: { valid: 1 } }],
])('leaves out and counts: %s', (reason, overrides) => {
  const record = aTrajectory(overrides);
  expect(toCriticSamples(record, discounted)).toEqual([]);
  const { lines, skipped } = exportCriticLines([aTrajectory(), record, record], discounted);
  expect(lines).toHaveLength(1);
  expect([...skipped]).toEqual([[reason, 2]]);
});

test('a capture of text has no ids and all the rest', () => {
  const turns = [aTurn(), aSecondTurn()].map((turn) => ({
    ...{ ...turn, extends_turn: null, prompt_token_ids: null, completion_token_ids: null, completion_logprobs: null },
  }));
  const text = aTrajectory({ capture: 'text', trainable: false, turns });
  expect(toCriticSamples(text, discounted)).toEqual([{ ...toCriticSamples(aTrajectory(), discounted)[0], tokens: [] }]);
  const { lines, skipped } = exportCriticLines([text, aTrajectory()], discounted, { form: 'tokens' });
  expect([...skipped]).toEqual([['It holds no token ids.', 1]]);
  expect(lines).toEqual([
    {
      ...{ trajectory_id: 'solver-1', group_id: 'bug-1', task_id: 'bug-1', passed: true },
      ...toCriticSamples(aTrajectory(), discounted)[0]!.tokens[0],
    },
  ]);
});

test('calls stay in fields of their own where asked', () => {
  const [sample] = toCriticSamples(aTrajectory(), discounted, { messages: 'chat', withTokens: false });
  expect(sample!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  expect(sample!.messages[1]!.tool_calls).toEqual(aTurn().response.tool_calls);
  expect(sample).toMatchObject({ message_indices: [1, 3], tokens: [] });
});

test('a conversation made anew is a sample of its own with its own labels', () => {
  const again = aSecondTurn({
    restarts_messages: true,
    messages_delta: [
      { role: 'user', content: 'Short: fix it.' },
      { role: 'assistant', content: 'I listed files.' },
    ],
    ...{ extends_turn: null, prompt_token_ids: [9] },
  });
  const samples = toCriticSamples(aTrajectory({ turns: [aTurn(), again] }), numbered);
  expect(samples).toMatchObject([
    { conversation: 0, actions: 2, labels: [1], turn_indices: [0], message_indices: [2] },
    { conversation: 1, actions: 2, labels: [2], turn_indices: [1], message_indices: [3] },
  ]);
  expect(samples.map(({ tokens }) => tokens)).toMatchObject([
    [{ token_ids: [1, 2, 3, 4], labels: [0, 0, 0, 1] }],
    [{ token_ids: [9, 7], labels: [0, 2] }],
  ]);
});

test('an empty completion has no place for its label among the ids', () => {
  const turns = [aTurn({ completion_token_ids: [], completion_logprobs: [] }), aSecondTurn()];
  const [sample] = toCriticSamples(aTrajectory({ turns }), numbered);
  expect(sample!.labels).toEqual([1, 2]);
  expect(sample!.tokens).toMatchObject([{ token_ids: [1, 2, 5, 6, 7], label_mask: [0, 0, 0, 0, 1] }]);
});

test('what counts as passed is an option', () => {
  const injector = aTrajectory({ role: 'injector', reward: 0.5, reward_components: { valid: 1 } });
  const options = { passedOf: ({ reward_components: { valid } }: TrajectoryRecord) => valid === 1 };
  expect(toCriticSamples(injector, discounted, options)).toMatchObject([{ passed: true, labels: [0.99, 1] }]);
});

test('one without labels is left out', () => {
  const { lines, skipped } = exportCriticLines([aTrajectory()], () => null);
  expect([lines, [...skipped]]).toEqual([[], [['It was given no labels.', 1]]]);
});

test.each([
  [[1], /each of 2 actions, got 1/],
  [[1, Number.NaN], /action 1 is NaN/],
  [[Number.POSITIVE_INFINITY, 1], /action 0 is Infinity/],
])('refuses the labels %j', (labels, message) => {
  expect(() => toCriticSamples(aTrajectory(), () => labels)).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(message) }),
  );
});

test('each turn has its label once, at what it said and at the last id that it sampled', () => {
  fc.assert(
    fc.property(arbitraryTurns, (full) => {
      const record = aTrajectory({ turns: compactTurns(full), messages_tail: [] });
      const samples = toCriticSamples(record, numbered);
      const places = samples.flatMap(({ labels, turn_indices, message_indices, messages }) =>
        labels.map((label, at) => ({ label, turn: turn_indices[at]!, said: messages[message_indices[at]!] })),
      );
      expect(places).toEqual(
        full.map(({ response: { content } }, turn) => ({
          ...{ label: turn + 1, turn, said: { role: 'assistant', content: content ?? '' } },
        })),
      );
      const whole = expandTurns(record);
      const hasIds = whole.every(({ prompt_token_ids: ids, completion_token_ids: out }) => ids && out);
      const sequences = samples.flatMap(({ tokens }) => tokens);
      const labelled = sequences.flatMap(({ token_ids, label_mask, labels }) => {
        expect([label_mask.length, labels.length]).toEqual([token_ids.length, token_ids.length]);
        return labels.flatMap((label, at) => (label_mask[at] === 1 ? { label, ids: token_ids.slice(0, at + 1) } : []));
      });
      const expected = whole.flatMap(({ prompt_token_ids: ids, completion_token_ids: out }, turn) =>
        ids && out && out.length > 0 ? { label: turn + 1, ids: [...ids, ...out] } : [],
      );
      expect(labelled).toEqual(hasIds ? expected : []);
    }),
  );
});
