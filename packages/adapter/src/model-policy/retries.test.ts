import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import {
  recorded,
  type SmallAnswer,
  type SmallModel,
  type SmallRequest,
  type SmallServer,
  startSmallModel,
  startSmallServer,
} from '../../test-support/small-server.js';
import { nativeFormat } from '../tool-formats/native.js';
import type { ModelPolicyOptions, RetryEvent } from './model-policy-options.js';
import { type ModelPolicy, openModelPolicy } from './open-model-policy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(model: SmallModel, options: Partial<ModelPolicyOptions> = {}): Promise<[ModelPolicy, SmallServer]> {
  const server = await startSmallModel(model);
  const policy = await openModelPolicy({
    baseUrl: server.baseUrl,
    model: 'tiny',
    format: nativeFormat,
    retry: { attempts: 4, minMs: 1, maxMs: 2 },
    ...options,
  });
  ends.push(async () => {
    await policy.close();
    await server.close();
  });
  return [policy, server];
}

function ask(policy: ModelPolicy, signal: AbortSignal = new AbortController().signal) {
  return policy.respond({ messages: [{ role: 'user', text: 'Hi.' }], tools: [] }, { signal, rolloutId: 'r1' });
}

/** The given answers in turn, then a good one. */
function then(...answers: readonly SmallAnswer[]): (request: SmallRequest) => SmallAnswer {
  const left = [...answers];
  return ({ body }) => left.shift() ?? recorded(body.stream ? 'vllm/stream-stop' : 'vllm/chat-stop');
}

const GOOD = JSON.stringify(recorded('vllm/chat-stop').body);
const EVENTS = recorded('vllm/stream-stop').body as string;
const EVENT_STREAM = { 'content-type': 'text/event-stream' };

/** Half of an answer that was to be whole, then the end of the connection. */
function cut(text: string, type = 'application/json') {
  return (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  };
}

const passing: Record<string, SmallAnswer> = {
  'too many requests': { status: 429, body: { error: { message: 'slow down' } } },
  'weights are updated': { status: 503, body: { error: { message: 'paused for weight update; retry shortly' } } },
  'the engine is busy': recorded('vllm/busy'),
  'a gateway gave up': { status: 504, body: '<html>Gateway Time-out</html>' },
  'a conflict': { status: 409 },
  'no byte of an answer': (response) => response.destroy(),
  'half of a body': cut(GOOD),
  'half of a body that claims to be whole': {
    headers: { 'content-type': 'application/json' },
    body: GOOD.slice(0, 900),
  },
  'an empty body': { body: '' },
  'an error with 200': { body: { error: { code: 502, message: 'upstream' } } },
  'no choice': { body: { choices: [] } },
  'an aborted answer of vLLM': recorded('vllm/abort-while-generating'),
  'an aborted answer of SGLang': recorded('sglang/abort-chat'),
};

test.each(Object.keys(passing))('asks again after %s', async (name) => {
  const events: RetryEvent[] = [];
  const [policy, server] = await open({ chat: then(passing[name]!) }, { onRetry: (event) => events.push(event) });
  expect(await ask(policy)).toMatchObject({ text: 'Hello, world!', sample: { record: { retries: 1 } } });
  expect(events).toMatchObject([{ rolloutId: 'r1', attempt: 1, reason: expect.stringMatching(/./) }]);
  expect(policy.usage().retries).toBe(1);
  const [first, second] = server.turns().map(({ body, headers }) => [body.request_id, headers['x-request-id']]);
  expect(first![0]).toBe(first![1]);
  expect(first![0]).not.toBe(second![0]);
});

test('tells the rollout why it asks again', async () => {
  const reasons: string[] = [];
  const [policy] = await open({ chat: then(recorded('vllm/busy'), recorded('vllm/abort-while-generating')) });
  const { signal } = new AbortController();
  const onRetry = (reason: string) => reasons.push(reason);
  const conversation = { messages: [{ role: 'user' as const, text: 'Hi.' }], tools: [] };
  await policy.respond(conversation, { signal, rolloutId: 'r1', onRetry });
  expect(reasons).toEqual([expect.stringContaining('503: '), 'the server aborted the answer']);
});

const cutStreams: Record<string, SmallAnswer> = {
  'cut in the middle': cut(EVENTS, 'text/event-stream'),
  'that ends without an end': { headers: EVENT_STREAM, body: EVENTS.split('\n\n').slice(0, 3).join('\n\n') },
  'with half an event': { headers: EVENT_STREAM, body: `${EVENTS.slice(0, 700)}\n\n` },
  'with an error in it': {
    headers: EVENT_STREAM,
    body: 'data: {"error":{"message":"engine died","code":500}}\n\ndata: [DONE]\n\n',
  },
  'that was aborted': recorded('vllm/stream-abort-while-generating'),
};

test.each(Object.keys(cutStreams))('asks again after a stream %s', async (name) => {
  const [policy] = await open({ chat: then(cutStreams[name]!) }, { stream: true });
  expect(await ask(policy)).toMatchObject({
    text: 'Hello, world!',
    sample: { record: { retries: 1, completion_token_ids: expect.arrayContaining([2]) } },
  });
});

test('a conversation that is too long is no failure in a stream either', async () => {
  const message = "This model's maximum context length is 2048 tokens. However, your prompt contains 3000 input tokens";
  const body = `data: ${JSON.stringify({ error: { message, code: 400 } })}\n\n`;
  const [policy] = await open({ chat: then({ headers: EVENT_STREAM, body }) }, { stream: true });
  expect(await ask(policy)).toMatchObject({ status: 'context-overflow' });
});

test('counts the tokens of samples that were thrown away', async () => {
  const [policy] = await open({ chat: then(recorded('vllm/abort-while-generating')) });
  const before = policy.usage();
  await ask(policy);
  const used = ['vllm/abort-while-generating', 'vllm/chat-stop'].map(
    (name) => (recorded(name).body as { usage: { completion_tokens: number } }).usage.completion_tokens,
  );
  expect(policy.usage().completionTokens - before.completionTokens).toBe(used[0]! + used[1]!);
});

test('waits as long as the server asks, in seconds or up to a date', async () => {
  const now = new Date('2026-11-21T12:00:00.400Z');
  const asks = ['0.05', new Date('2026-11-21T12:00:01Z').toUTCString()].map((value) => ({
    status: 429,
    headers: { 'retry-after': value },
  }));
  const delays: number[] = [];
  const startedAt = performance.now();
  const [policy] = await open(
    { chat: then(...asks) },
    { now: () => now, random: () => 0, onRetry: ({ delayMs }) => delays.push(delayMs) },
  );
  await ask(policy);
  expect(delays).toEqual([50, 600]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(640);
});

test('does not wait for a server that asks for too long a pause', async () => {
  const [policy] = await open({ chat: then({ status: 503, headers: { 'retry-after': '86400' } }) });
  await expect(ask(policy)).rejects.toMatchObject({
    code: 'retries-exhausted',
    message: expect.stringContaining('86400 s'),
  });
});

test('gives up after as many requests as are allowed', async () => {
  const [policy, server] = await open({ chat: () => ({ status: 500, body: { error: { message: 'broken engine' } } }) });
  await expect(ask(policy)).rejects.toMatchObject({ name: 'PolicyError', code: 'retries-exhausted' });
  await expect(ask(policy)).rejects.toThrow(`${server.host} failed 4 times, at last with: 500: broken engine.`);
  expect(server.turns()).toHaveLength(8);
});

test.each([
  ['a wrong key', recorded('vllm/no-api-key'), 'API key'],
  ['an unknown model', recorded('vllm/unknown-model'), 'does not exist'],
  ['a request that it does not understand', recorded('vllm/bad-temperature'), '400'],
])('does not ask again after %s', async (_, answer, words) => {
  const [policy, server] = await open({ chat: () => answer });
  await expect(ask(policy)).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(words) });
  expect(server.turns()).toHaveLength(1);
});

test('what is no chat completion is not asked for again', async () => {
  const [policy, server] = await open({ chat: () => ({ body: { hello: 'there' } }) });
  await expect(ask(policy)).rejects.toMatchObject({ code: 'bad-answer' });
  expect(server.turns()).toHaveLength(1);
});

test.each([false, true])('reads no more of an answer than is allowed (stream: %s)', async (stream) => {
  let written = 0;
  const flood = (response: ServerResponse) => {
    response.writeHead(200, stream ? EVENT_STREAM : { 'content-type': 'application/json' });
    const piece = stream ? ': comment\n'.repeat(6_500) : ' '.repeat(65_536);
    const more = () => {
      while (!response.destroyed && response.write(piece)) written += piece.length;
      written += piece.length;
    };
    response.on('drain', more);
    more();
  };
  const [policy] = await open({ chat: () => flood }, { stream, maxAnswerBytes: 1_000_000 });
  await expect(ask(policy)).rejects.toMatchObject({
    code: 'bad-answer',
    message: expect.stringContaining('maxAnswerBytes'),
  });
  expect(written).toBeLessThan(20_000_000);
});

/** The good answer, a few bytes at a time. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  let place = 0;
  const timer = setInterval(() => {
    response.write(GOOD.slice(place, place + 200));
    place += 200;
    if (place < GOOD.length) return;
    clearInterval(timer);
    response.end();
  }, 20);
  response.on('close', () => clearInterval(timer));
}

test('lets an answer trickle in', async () => {
  const [policy] = await open({ chat: () => trickle });
  expect(await ask(policy)).toMatchObject({ text: 'Hello, world!', sample: { record: { retries: 0 } } });
});

test.each([
  ['while an answer trickles in', () => trickle],
  ['while nothing comes', () => () => {}],
  ['while it waits to ask again', () => ({ status: 503, headers: { 'retry-after': '60' } })],
])('is ended by the signal %s', async (_, chat) => {
  const [policy] = await open({ chat }, { retry: { minMs: 60_000 } });
  const abort = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => abort.abort(reason), 60);
  const startedAt = performance.now();
  await expect(ask(policy, abort.signal)).rejects.toBe(reason);
  await expect(ask(policy, abort.signal)).rejects.toBe(reason);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test('asks again where one request takes too long', async () => {
  const [policy] = await open({ chat: then(() => {}) }, { requestTimeoutMs: 100 });
  expect(await ask(policy)).toMatchObject({ sample: { record: { retries: 1 } } });
});

test.each([
  ['is silent', () => () => {}],
  ['is to be asked again', () => ({ status: 503, headers: { 'retry-after': '60' } })],
])('ends at once when it is closed while the server %s, and answers no more', async (_, chat) => {
  const [policy] = await open({ chat });
  const waiting = expect(ask(policy)).rejects.toMatchObject({ name: 'PolicyError', code: 'policy-closed' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await policy.close();
  await waiting;
  await expect(ask(policy)).rejects.toMatchObject({ code: 'policy-closed' });
});

test('has as many requests under way as are asked for', async () => {
  // Answered when all are there: with fewer connections they never would be.
  const waiting: ServerResponse[] = [];
  const [policy] = await open({
    chat: () => (response) => {
      waiting.push(response);
      if (waiting.length < 100) return;
      for (const each of waiting) {
        each.writeHead(200, { 'content-type': 'application/json' });
        each.end(GOOD);
      }
    },
  });
  await Promise.all(Array.from({ length: 100 }, () => ask(policy)));
  expect(waiting).toHaveLength(100);
});

test('does not follow a redirect, with or without the key', async () => {
  const elsewhere = await startSmallServer(() => ({ body: {} }));
  ends.push(() => elsewhere.close());
  const [policy] = await open(
    { chat: () => ({ status: 307, headers: { location: `http://${elsewhere.host}/v1/chat/completions` } }) },
    { apiKey: 'sk-secret-key' },
  );
  await expect(ask(policy)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining(elsewhere.host),
  });
  expect(elsewhere.requests).toEqual([]);
});
