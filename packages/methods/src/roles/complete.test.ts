import type { Policy } from '@swe-selfplay/adapter';
import { expect, test } from 'vitest';
import { type Completion, complete } from './complete.js';

const policyOf = (respond: Policy['respond']): Policy => ({ name: 'some', respond });
const NEVER: Policy = policyOf(() => new Promise(() => {}));

test('an answer is its text, and is told with what was asked', async () => {
  const told: Completion[] = [];
  const policy = policyOf(async ({ messages, tools }) => ({
    text: `${messages[0]!.text}!${tools.length}`,
    toolCalls: [],
  }));
  const onCompletion = (completion: Completion) => void told.push(completion);
  const answer = await complete(policy, 'What?', { rolloutId: 'r', onCompletion });
  expect(answer).toEqual({ status: 'answered', text: 'What?!0' });
  expect(told).toMatchObject([
    { rolloutId: 'r', policy: 'some', messages: [{ text: 'What?' }], turn: { text: 'What?!0' } },
  ]);
});

test('a prompt that is too long is an outcome', async () => {
  const policy = policyOf(async () => ({ status: 'context-overflow', reason: 'too long' }));
  expect(await complete(policy, 'x', { rolloutId: 'r' })).toEqual({ status: 'gave-up', reason: 'too long' });
});

test('a policy that fails, or never answers, is a failure of the infrastructure', async () => {
  const failing = policyOf(async () => {
    throw new Error('gone');
  });
  await expect(complete(failing, 'x', { rolloutId: 'r' })).rejects.toMatchObject({
    code: 'infra',
    message: expect.stringContaining('gone'),
  });
  await expect(complete(NEVER, 'x', { rolloutId: 'r', timeoutMs: 30 })).rejects.toMatchObject({ code: 'infra' });
});

test('an abort is passed on as it is', async () => {
  const abort = new AbortController();
  const asking = complete(NEVER, 'x', { rolloutId: 'r', signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(asking).rejects.toThrow('enough');
  await expect(complete(NEVER, 'x', { rolloutId: 'r', signal: abort.signal })).rejects.toThrow('enough');
});
