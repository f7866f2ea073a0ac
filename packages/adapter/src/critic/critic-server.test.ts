import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { classified } from '../../test-support/critic-replies.js';
import { recorded, type SmallAnswer, type SmallServer, startSmallServer } from '../../test-support/small-server.js';
import type { CriticClient } from './critic.js';
import { type ClassifyCriticOptions, openClassifyCritic } from './open-classify-critic.js';

const KEY = 'sk-0123456789-very-secret';
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** The answers in turn, then good ones. */
async function open(
  answers: readonly SmallAnswer[],
  options: Partial<ClassifyCriticOptions> = {},
): Promise<[CriticClient, SmallServer]> {
  const left = [...answers];
  const server = await startSmallServer(() => left.shift() ?? classified({ success: 0.75 }));
  const critic = openClassifyCritic({
    baseUrl: `http://${server.host}/session-77`,
    model: 'critic',
    apiKey: KEY,
    headers: { 'x-gateway-token': 'gateway-98765' },
    retry: { attempts: 3, minMs: 1, maxMs: 2 },
    ...options,
  });
  ends.push(async () => {
    await critic.close();
    await server.close();
  });
  return [critic, server];
}

function score(critic: CriticClient, signal = new AbortController().signal, reasons: string[] = []) {
  const messages = [{ role: 'assistant', content: 'Done.' }];
  return critic.score(messages, { signal, onRetry: (reason) => reasons.push(reason) });
}

const passing: Record<string, SmallAnswer> = {
  'an engine that fails': { status: 500, body: { error: { message: 'CUDA out of memory' } } },
  'an engine that is busy': recorded('vllm/busy'),
  'a gateway that gave up': { status: 504, body: '<html>Gateway Time-out</html>' },
  'too many requests': { status: 429, headers: { 'retry-after': '0.01' }, body: { error: { message: 'slow down' } } },
  'no byte of an answer': (response) => response.destroy(),
  'half an answer': { headers: { 'content-type': 'application/json' }, body: '{"data":[{"probs":{"succ' },
  'an error with 200': { body: { error: { code: 502, message: 'upstream' } } },
};

test.each(Object.keys(passing))('asks again after %s', async (name) => {
  const [critic, server] = await open([passing[name]!, passing[name]!]);
  const reasons: string[] = [];
  expect(await score(critic, undefined, reasons)).toMatchObject({ score: 0.75 });
  expect(server.requests).toHaveLength(3);
  expect(reasons).toHaveLength(2);
  expect(new Set(server.requests.map(({ headers }) => headers['x-request-id'])).size).toBe(3);
});

test('waits as long as the server asks, and not for one that asks for too long', async () => {
  const [critic] = await open([{ status: 429, headers: { 'retry-after': '0.2' } }]);
  const startedAt = performance.now();
  await score(critic);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195);
  const [late] = await open([{ status: 503, headers: { 'retry-after': '86400' } }]);
  await expect(score(late)).rejects.toMatchObject({
    code: 'retries-exhausted',
    message: expect.stringContaining('86400 s'),
  });
});

test('asks five times where nothing else is said, and gives no score then', async () => {
  const [critic, server] = await open(
    Array.from({ length: 9 }, () => ({ status: 500, body: { error: { message: 'broken' } } })),
    { retry: { minMs: 1, maxMs: 2 } },
  );
  await expect(score(critic)).rejects.toMatchObject({
    ...{
      name: 'PolicyError',
      code: 'retries-exhausted',
      message: `${server.host} failed 5 times, at last with: 500: broken.`,
    },
  });
  expect(server.requests).toHaveLength(5);
});

test('a request that takes too long is made again', async () => {
  const [critic, server] = await open([() => {}], { timeoutMs: 100 });
  const reasons: string[] = [];
  expect(await score(critic, undefined, reasons)).toMatchObject({ score: 0.75 });
  expect(reasons).toEqual(['no whole answer within 0.1 s']);
  expect(server.requests).toHaveLength(2);
});

test.each([
  ['refused', 'a wrong key', { status: 401, body: { error: { message: `Incorrect key ${KEY}` } } }, 'API key'],
  ['refused', 'a path that is none', { status: 404, body: { detail: 'Not Found' } }, 'Not Found'],
  [
    'refused',
    'a redirect',
    { status: 307, headers: { location: 'http://elsewhere.example/classify' } },
    'elsewhere.example',
  ],
  [
    'refused',
    'a conversation that is too long',
    recorded('vllm/overflow-prompt'),
    'cannot read so long a conversation',
  ],
] as const)('is %s at once after %s', async (code, _, answer, words) => {
  const [critic, server] = await open([answer]);
  await expect(score(critic)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  expect(server.requests).toHaveLength(1);
});

test('a host that nobody answers at is asked as often as is allowed', async () => {
  const [critic, server] = await open([]);
  await server.close();
  ends.pop();
  await expect(score(critic)).rejects.toMatchObject({ code: 'retries-exhausted' });
  await critic.close();
});

test('reads no more of an answer than is allowed', async () => {
  let written = 0;
  const flood = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const piece = ' '.repeat(65_536);
    const more = () => {
      while (!response.destroyed && response.write(piece)) written += piece.length;
      written += piece.length;
    };
    response.on('drain', more);
    more();
  };
  const [critic, server] = await open([flood], { maxAnswerBytes: 1_000_000 });
  await expect(score(critic)).rejects.toMatchObject({
    code: 'bad-answer',
    message: expect.stringContaining('maxAnswerBytes'),
  });
  expect(written).toBeLessThan(20_000_000);
  expect(server.requests).toHaveLength(1);
});

test.each<[string, SmallAnswer]>([
  ['while nothing comes', () => {}],
  ['while it waits to ask again', { status: 503, headers: { 'retry-after': '60' } }],
])('is ended by the signal, and by closing, %s', async (_, answer) => {
  const [critic] = await open([answer, answer]);
  const abort = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => abort.abort(reason), 50);
  await expect(score(critic, abort.signal)).rejects.toBe(reason);
  await expect(score(critic, abort.signal)).rejects.toBe(reason);
  const waiting = expect(score(critic)).rejects.toMatchObject({ name: 'PolicyError', code: 'policy-closed' });
  setTimeout(() => critic.close(), 50);
  await waiting;
  await expect(score(critic)).rejects.toMatchObject({ code: 'policy-closed' });
});

const echo = { error: { message: `Incorrect key ${KEY} via gateway-98765 at session-77` } };
const failures: Record<string, SmallAnswer> = {
  refused: { status: 401, body: echo },
  failing: { status: 500, body: echo },
  redirecting: { status: 302, headers: { location: `/login?key=${KEY}` } },
  'talking nonsense': { body: { key: KEY } },
  'naming its labels so': classified({ [KEY]: 2 }),
  'naming them so at length': classified({ [`${'x'.repeat(455)} ${KEY}`]: 2 }),
  'cutting the connection': (response) => response.destroy(),
};

test.each(Object.keys(failures))('a server %s gives the key away in no error', async (name) => {
  const answer = failures[name]!;
  const [critic, server] = await open([answer, answer, answer]);
  const told: string[] = [];
  const error = await score(critic, undefined, told).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'PolicyError' });
  const text = inspect([error, told, critic], { depth: 20, showHidden: true, maxStringLength: null });
  for (const secret of [KEY, KEY.slice(0, 8), 'gateway-98765']) expect(text).not.toContain(secret);
  for (const { headers, path, body } of server.requests) {
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(path + JSON.stringify(body)).not.toContain(KEY);
  }
});
