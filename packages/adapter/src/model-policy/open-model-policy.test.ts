import { afterEach, expect, test } from 'vitest';
import { recorded, type SmallModel, type SmallServer, startSmallModel } from '../../test-support/small-server.js';
import { nativeFormat } from '../tool-formats/native.js';
import type { ModelPolicyOptions, PolicyNotice } from './model-policy-options.js';
import { type ModelPolicy, openModelPolicy } from './open-model-policy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function serve(model: SmallModel = {}): Promise<SmallServer> {
  const server = await startSmallModel(model);
  ends.push(() => server.close());
  return server;
}

async function open(server: SmallServer, options: Partial<ModelPolicyOptions> = {}): Promise<ModelPolicy> {
  const policy = await openModelPolicy({
    baseUrl: server.baseUrl,
    model: 'tiny',
    format: nativeFormat,
    retry: { attempts: 2, minMs: 1, maxMs: 2 },
    ...options,
  });
  ends.unshift(() => policy.close());
  return policy;
}

test('a vLLM with processed log-probabilities can be trained from', async () => {
  const { capabilities, description } = await open(await serve());
  expect(capabilities).toMatchObject({
    engine: 'vllm',
    engineVersion: '0.32.0',
    contextTokens: 2048,
    capture: 'train',
    logprobsMode: 'processed',
    format: 'native',
    weightVersion: 'server',
  });
  expect(description).toMatchObject({
    capture: 'train',
    contextTokens: 2048,
    record: { name: 'tiny', model: 'tiny', engine: 'vllm', logprobs_mode: 'processed', format: 'native' },
  });
  expect(JSON.parse(JSON.stringify(capabilities))).toEqual(capabilities);
});

test('names the flag where a vLLM takes log-probabilities before temperature', async () => {
  const { capabilities } = await open(await serve({ logprobs: 'raw' }));
  expect(capabilities).toMatchObject({ capture: 'eval', logprobsMode: 'raw' });
  expect(capabilities.captureReason).toContain('--logprobs-mode processed_logprobs');
});

test('an SGLang can be trained from, and tells the version of its weights', async () => {
  const { capabilities } = await open(await serve({ engine: 'sglang' }));
  expect(capabilities).toMatchObject({
    engine: 'sglang',
    engineVersion: expect.stringMatching(/^\d+\.\d+/),
    capture: 'train',
    logprobsMode: 'processed',
    weightVersion: 'server',
  });
});

test('records text only of an SGLang that streams, and says what would change that', async () => {
  const server = await serve({ engine: 'sglang' });
  const { capabilities } = await open(server, { stream: true });
  expect(capabilities.capture).toBe('text');
  expect(capabilities.captureReason).toContain('streaming off');
  expect(server.requests.some(({ body }) => body?.return_prompt_token_ids)).toBe(false);
});

test('records text only of a server that returns no ids', async () => {
  const plain = recorded('vllm/chat-plain-openai');
  const server = await serve({ first: ({ method }) => (method === 'POST' ? plain : undefined) });
  const { capabilities } = await open(server);
  expect(capabilities).toMatchObject({ capture: 'text', logprobsMode: null });
  expect(capabilities.captureReason).toContain('0.10.2');
});

test('asks a server that refuses unknown fields in plain words', async () => {
  const server = await serve({
    first({ method, path, body }) {
      if (path === '/v1/models') return { body: { data: [{ id: 'tiny', owned_by: 'somebody' }] } };
      if (method === 'GET') return { status: 404 };
      const isPlain = body.return_token_ids === undefined && body.top_k === undefined && body.logprobs === undefined;
      return isPlain
        ? recorded('vllm/chat-plain-openai')
        : { status: 400, body: { error: { message: 'Unrecognized request argument supplied: return_token_ids' } } };
    },
  });
  const policy = await open(server);
  expect(policy.capabilities).toMatchObject({ engine: 'other', capture: 'text', weightVersion: 'none' });
  const turn = await policy.respond({ messages: [{ role: 'user', text: 'Hi.' }], tools: [] }, aRollout());
  expect(turn).toMatchObject({ text: 'Hello, world!' });
});

test('knows a vLLM and an SGLang behind a gateway that calls the model its own', async () => {
  const owned = { body: { data: [{ id: 'tiny', owned_by: 'gateway' }] } };
  for (const engine of ['vllm', 'sglang'] as const) {
    const server = await serve({ engine, first: ({ path }) => (path === '/v1/models' ? owned : undefined) });
    expect((await open(server)).capabilities.engine).toBe(engine);
  }
});

test('keeps the path of the address, in which gateways put a session', async () => {
  const server = await serve({
    first: ({ path }) => (path === '/session/s1/v1/models' ? recorded('vllm/models') : undefined),
  });
  const baseUrl = server.baseUrl.replace('/v1', '/session/s1/v1/?tenant=t');
  await open(server, { baseUrl }).catch(() => {});
  expect(server.requests.map(({ path }) => path)).toContain('/session/s1/v1/models?tenant=t');
});

test('names the models that there are', async () => {
  const opening = open(await serve(), { model: 'huge' });
  await expect(opening).rejects.toMatchObject({ name: 'PolicyError', code: 'refused' });
  await expect(opening).rejects.toThrow(/no model huge. Its models are: tiny/);
});

test('a server that cannot be reached is said at once', async () => {
  const server = await startSmallModel();
  await server.close();
  const opening = openModelPolicy({ baseUrl: server.baseUrl, model: 'tiny', format: nativeFormat });
  await expect(opening).rejects.toMatchObject({ code: 'unreachable' });
  await expect(opening).rejects.toThrow(server.host);
});

test('waits for a server that is about to be ready', async () => {
  let asked = 0;
  const server = await serve({
    first: () => {
      asked += 1;
      return asked === 1 ? { status: 503, body: { error: 'loading' } } : undefined;
    },
  });
  expect((await open(server)).capabilities.capture).toBe('train');
});

test('a server that is silent does not hold up the opening for ever', async () => {
  const server = await serve({ first: () => () => {} });
  await expect(open(server, { probeTimeoutMs: 50 })).rejects.toMatchObject({ code: 'unreachable' });
  const opening = open(server, { retry: { attempts: 99, minMs: 1, maxMs: 20 }, openTimeoutMs: 100 });
  await expect(opening).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('within 0.1 s'),
  });
  const aborted = open(server, { signal: AbortSignal.timeout(50) });
  await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('refuses options that contradict themselves', async () => {
  const server = await serve();
  const wrong: Partial<ModelPolicyOptions>[] = [
    { baseUrl: 'localhost:8000' },
    { baseUrl: server.baseUrl.replace('//', '//user:password@') },
    { model: '' },
    { extraBody: { temperature: 0.5 } },
    { sampling: { temperature: -1 } },
    { sampling: { maxTokens: 0.2 } },
    { apiKey: 'two\nlines' },
  ];
  for (const options of wrong) await expect(open(server, options)).rejects.toMatchObject({ code: 'invalid-options' });
  expect(server.requests).toEqual([]);
});

test('takes the shorter of the two contexts', async () => {
  const server = await serve();
  expect((await open(server, { contextTokens: 1000 })).description.contextTokens).toBe(1000);
  expect((await open(server, { contextTokens: 9000 })).description.contextTokens).toBe(2048);
});

const toolAnswers = {
  'a call': recorded('vllm/chat-tool-call'),
  'a call in the text': recorded('vllm/chat-broken-tool-call'),
  'mere talk': recorded('vllm/chat-stop'),
  'a refusal': {
    status: 400,
    body: { error: { message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser' } },
  },
};

test.each([
  ['a call', 'native', 'with a tool call'],
  ['mere talk', 'native', 'made no call'],
  ['a call in the text', 'cwm', 'leaves tool calls in the text'],
  ['a refusal', 'cwm', '--tool-call-parser'],
] as const)('answered with %s, the format is %s', async (answer, format, reason) => {
  const server = await serve({ chat: () => toolAnswers[answer] });
  const { capabilities } = await open(server, { format: 'auto' });
  expect(capabilities.format).toBe(format);
  expect(capabilities.formatReason).toContain(reason);
});

test('believes an SGLang that it has no parser for tool calls', async () => {
  const info = { body: { model_path: '/m', weight_version: 'default', tool_call_parser: null } };
  const server = await serve({ engine: 'sglang', first: ({ path }) => (/model_info/.test(path) ? info : undefined) });
  expect((await open(server, { format: 'auto' })).capabilities).toMatchObject({ format: 'cwm', engine: 'sglang' });
});

test('says what should be known once', async () => {
  const notices: PolicyNotice[] = [];
  const server = await serve({ first: ({ path }) => (path === '/v1/models' ? { status: 404 } : undefined) });
  const policy = await open(server, { onNotice: (notice) => notices.push(notice) });
  expect(notices).toEqual([{ text: `${server.host} does not list its models.` }]);
  expect(policy.capabilities).toMatchObject({ engine: 'vllm', contextTokens: undefined });
});

function aRollout() {
  return { signal: new AbortController().signal, rolloutId: 'r1' };
}

test('plays a server that knows neither token ids nor max_tokens', async () => {
  const server = await serve({
    first({ method, path, body }) {
      if (path === '/v1/models') return { body: { data: [{ id: 'tiny', owned_by: 'somebody' }] } };
      if (method === 'GET') return { status: 404 };
      if (body.max_tokens !== undefined || body.logprobs)
        return { status: 400, body: { error: { message: "Unsupported parameter: 'max_tokens'" } } };
      return recorded(body.tools ? 'vllm/chat-tool-call' : 'vllm/chat-plain-openai');
    },
  });
  expect((await open(server, { format: 'auto' })).capabilities).toMatchObject({ capture: 'text', format: 'native' });
});
