import { expect, test } from 'vitest';
import { type SmallAnswer, startSmallModel } from '../../test-support/small-server.js';
import type { Turn } from '../policy.js';
import { nativeFormat } from '../tool-formats/native.js';
import { openModelPolicy } from './open-model-policy.js';

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

async function turnOf(chat: () => SmallAnswer, stream = false): Promise<Turn> {
  const server = await startSmallModel({ chat });
  const policy = await openModelPolicy({
    baseUrl: server.baseUrl,
    model: 'tiny',
    format: nativeFormat,
    stream,
    retry: { attempts: 1 },
  });
  try {
    const conversation = { messages: [{ role: 'user', text: 'Go.' }], tools: [] } as const;
    return (await policy.respond(conversation, { signal: new AbortController().signal, rolloutId: 'r' })) as Turn;
  } finally {
    await policy.close();
    await server.close();
  }
}

function answering(status: number, type: string, text: string): () => SmallAnswer {
  return () => (response) => response.writeHead(status, { 'content-type': type }).end(text);
}

test.each([
  ['in an error with 200', 200, 'application/json', `{"error":{"message":${DEEP}}}`, 'retries-exhausted'],
  ['in the code of an error with 200', 200, 'application/json', `{"error":{"code":${DEEP}}}`, 'retries-exhausted'],
  ['in a refusal', 422, 'application/json', `{"detail":${DEEP}}`, 'refused'],
  [
    'in the error of a stream',
    200,
    'text/event-stream',
    `data: {"error":{"message":${DEEP}}}\n\n`,
    'retries-exhausted',
  ],
])('what is nested without end %s is the fault of the server', async (_, status, type, text, code) => {
  const asked = turnOf(answering(status, type, text), type === 'text/event-stream');
  await expect(asked).rejects.toMatchObject({ name: 'PolicyError', code });
});

test('log-probabilities that are nested without end are left out', async () => {
  const choice = `"token_ids":[5],"logprobs":{"content":[{"logprob":${DEEP}}]},"prompt_token_ids":[1]`;
  const body = `{"choices":[{"message":{"content":"x"},"finish_reason":"stop",${choice}}]}`;
  const { sample } = await turnOf(answering(200, 'application/json', body));
  expect(sample!.record).toMatchObject({ completion_token_ids: [5], completion_logprobs: null });
});

test('counts that are none and fields of other messages are not recorded', async () => {
  const message = '{"role":"assistant","content":"x","tool_call_id":7}';
  for (const usage of [
    '{"prompt_tokens":-1}',
    '{"prompt_tokens":1,"completion_tokens":1.5}',
    '{"prompt_tokens":9e15}',
  ]) {
    const spans = '"meta_info":{"weight_versions":[{"version":1,"start":-4,"end":2}]}';
    const body = `{"choices":[{"message":${message},"finish_reason":"stop",${spans}}],"usage":${usage}}`;
    const { record } = (await turnOf(answering(200, 'application/json', body))).sample!;
    expect(record.usage).toBeNull();
    expect(record.weight_spans).toBeUndefined();
    expect(record.response).toEqual({ role: 'assistant', content: 'x' });
  }
});

test('a field of a message that is nested without end is left out, so that the turn can be recorded', async () => {
  const message = `{"role":"assistant","content":"Done.","extra":${DEEP},"more":{"kept":[1]}}`;
  const body = `{"choices":[{"message":${message},"finish_reason":"stop"}]}`;
  const { sample } = await turnOf(answering(200, 'application/json', body));
  expect(JSON.parse(JSON.stringify(sample!.record.response))).toEqual({
    role: 'assistant',
    content: 'Done.',
    more: { kept: [1] },
  });
});
