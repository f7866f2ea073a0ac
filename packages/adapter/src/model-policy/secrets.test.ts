import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type SmallAnswer, type SmallServer, startSmallModel } from '../../test-support/small-server.js';
import { nativeFormat } from '../tool-formats/native.js';
import { type ModelPolicy, openModelPolicy } from './open-model-policy.js';

const KEY = 'sk-0123456789-very-secret';
const TOKEN = 'gateway-token-98765';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** All that was told to anybody. */
const told: unknown[] = [];

async function open(server: SmallServer): Promise<ModelPolicy> {
  const policy = await openModelPolicy({
    baseUrl: server.baseUrl.replace('/v1', '/session-77/v1'),
    model: 'tiny',
    format: nativeFormat,
    apiKey: KEY,
    headers: { 'X-Gateway-Token': TOKEN },
    retry: { attempts: 2, minMs: 1, maxMs: 2 },
    onRetry: (event) => told.push(event),
    onNotice: (notice) => told.push(notice),
  });
  ends.unshift(() => policy.close());
  return policy;
}

function ask(policy: ModelPolicy) {
  const signal = new AbortController().signal;
  return policy.respond({ messages: [{ role: 'user', text: 'Hi.' }], tools: [] }, { signal, rolloutId: 'r1' });
}

/** Servers repeat what they refuse. */
const echo = { error: { message: `Incorrect API key provided: ${KEY} via ${TOKEN}` } };

const failures: Record<string, SmallAnswer> = {
  refused: { status: 401, body: echo },
  failing: { status: 500, body: echo },
  'talking at length': { status: 500, body: `${'x'.repeat(490)} ${KEY}` },
  'talking text': { status: 403, body: `Bearer ${KEY}` },
  'cutting the connection': (response) => response.destroy(),
  redirecting: { status: 302, headers: { location: `/login?key=${KEY}` } },
  'talking nonsense': { body: { key: KEY } },
};

test.each(Object.keys(failures))('a server %s gives the key away in no error', async (name) => {
  let isOpen = false;
  const server = await startSmallModel({
    first: ({ path }) => (isOpen ? failures[name] : path === '/session-77/v1/models' ? models : undefined),
  });
  ends.push(() => server.close());
  const policy = await open(server);
  isOpen = true;
  const error = await ask(policy).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'PolicyError' });
  expectNoSecret([error, policy, told, policy.capabilities, policy.description]);
  expect(await open(server).catch((caught: unknown) => caught)).toMatchObject({ name: 'PolicyError' });
  expectNoSecret(await open(server).catch((caught: unknown) => caught));
});

test('the key goes into one header and nowhere else', async () => {
  const server = await startSmallModel({
    first: ({ path }) => (path === '/session-77/v1/models' ? models : undefined),
  });
  ends.push(() => server.close());
  const policy = await open(server);
  const turn = await ask(policy);
  expectNoSecret([turn, policy, policy.usage(), told]);
  for (const { headers, path, body } of server.requests) {
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(headers['x-gateway-token']).toBe(TOKEN);
    for (const secret of [KEY, TOKEN]) expect(path + JSON.stringify(body)).not.toContain(secret);
  }
});

const models = { body: { data: [{ id: 'tiny', owned_by: 'vllm', max_model_len: 2048 }] } };

function expectNoSecret(value: unknown): void {
  const text = inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null });
  for (const secret of [KEY, KEY.slice(0, 8), TOKEN, 'session-77'])
    expect(text.includes(secret), `${secret} in ${text}`).toBe(false);
}
