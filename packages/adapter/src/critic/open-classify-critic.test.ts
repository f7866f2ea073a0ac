import { afterEach, expect, test } from 'vitest';
import { classified } from '../../test-support/critic-replies.js';
import { type SmallServer, startSmallServer } from '../../test-support/small-server.js';
import type { CriticClient } from './critic.js';
import { type ClassifyCriticOptions, openClassifyCritic } from './open-classify-critic.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(
  probs: unknown,
  options: Partial<ClassifyCriticOptions> = {},
): Promise<[CriticClient, SmallServer]> {
  const server = await startSmallServer(() => classified(probs));
  const critic = openClassifyCritic({ baseUrl: `http://${server.host}/critic/`, model: 'critic', ...options });
  ends.push(async () => {
    await critic.close();
    await server.close();
  });
  return [critic, server];
}

function score(critic: CriticClient) {
  const messages = [{ role: 'assistant', content: 'Done.' }];
  return critic.score(messages, { signal: new AbortController().signal });
}

test('the score is the probability of success, by name', async () => {
  const [critic, server] = await open({ success: 0.75, loop_behavior: 0.125 });
  expect(await score(critic)).toEqual({
    ...{ score: 0.75, isSuccess: true, probabilities: { success: 0.75, loop_behavior: 0.125 } },
  });
  expect(server.requests).toMatchObject([
    { path: '/critic/classify', body: { model: 'critic', messages: [{ role: 'assistant', content: 'Done.' }] } },
  ]);
});

test('in a list success is the first, or where the labels say', async () => {
  const [first] = await open([0.25, 0.9]);
  expect(await score(first)).toEqual({ score: 0.25, isSuccess: false, probabilities: { success: 0.25 } });
  const [second] = await open([0.25, 0.9], { labels: ['failure', 'success'] });
  expect(await score(second)).toEqual({
    ...{ score: 0.9, isSuccess: true, probabilities: { failure: 0.25, success: 0.9 } },
  });
});

test.each([
  [0.5, undefined, true],
  [0.49999, undefined, false],
  [0, undefined, false],
  [0.5, 0.6, false],
  [0.6, 0.6, true],
])('%d with the threshold %s is a success: %s', async (success, successThreshold, isSuccess) => {
  const [critic] = await open({ success }, { successThreshold });
  expect(await score(critic)).toMatchObject({ score: success, isSuccess });
});

test.each<[string, unknown, Partial<ClassifyCriticOptions>, RegExp]>([
  ['no success', { failure: 0.5 }, {}, /none of "success"/],
  ['no probability at all', {}, {}, /none of "success"/],
  ['an empty list', [], {}, /no classification/],
  ['another number of labels', [0.1], { labels: ['failure', 'success'] }, /1 probabilities for 2 labels/],
  ['null', { success: null }, {}, /"success" is no number/],
  ['more than 1', [1.25], {}, /"success" is no number/],
  ['less than 0', { success: 0.5, loop: -0.25 }, {}, /"loop" is no number/],
  ['a number alone', 0.5, {}, /no classification/],
  ['what objects inherit', { __proto__: 1, toString: 0.5 }, {}, /none of "success"/],
])('%s is no score', async (_, probs, options, message) => {
  const [critic, server] = await open(probs, options);
  await expect(score(critic)).rejects.toMatchObject({
    ...{ name: 'PolicyError', code: 'bad-answer', message: expect.stringMatching(message) },
  });
  expect(server.requests).toHaveLength(1);
});

test.each<Partial<ClassifyCriticOptions>>([
  { labels: ['failure'] },
  { labels: ['success', 'success'] },
  { successThreshold: 1.5 },
  { successThreshold: Number.NaN },
])('refuses %j', (options) => {
  expect(() => openClassifyCritic({ baseUrl: 'http://host', model: 'critic', ...options })).toThrow(
    expect.objectContaining({ name: 'PolicyError', code: 'invalid-options' }),
  );
});
