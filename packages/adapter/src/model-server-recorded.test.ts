import { afterEach, expect, test } from 'vitest';
import { startModelServer } from '../test-support/model-server/model-server.js';
import type {
  ModelServer,
  ModelServerOptions,
  ScriptedReply,
} from '../test-support/model-server/model-server-options.js';
import { ask, type Body, eventsOf, page, recorded, shapeOf } from '../test-support/model-server/test-client.js';

const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(
  engine: ModelServerOptions['engine'],
  reply: ScriptedReply | ModelServerOptions['model'],
  options: Partial<ModelServerOptions> = {},
): Promise<ModelServer> {
  const model = typeof reply === 'function' ? reply : () => reply;
  const server = await startModelServer({ engine, model, modelName: 'tiny', ...options });
  servers.push(server);
  return server;
}

const LIST: ScriptedReply = { text: 'I look.', toolCalls: [{ name: 'bash', arguments: { command: 'ls -la' } }] };
const HELLO_REPLY: ScriptedReply = { text: 'Hello, world!' };

const RECORDED_CHATS: readonly [name: string, reply: ScriptedReply, options?: Partial<ModelServerOptions>][] = [
  ['chat-stop', HELLO_REPLY],
  ['chat-plain-openai', HELLO_REPLY],
  ['chat-no-logprobs', HELLO_REPLY],
  ['chat-logprobs-without-top', HELLO_REPLY],
  ['chat-top-logprobs-null', HELLO_REPLY],
  ['chat-tokens-as-ids', HELLO_REPLY],
  ['chat-stop-include-stop', HELLO_REPLY],
  ['chat-unknown-fields', HELLO_REPLY],
  ['chat-length', { text: 'one two three four' }],
  ['chat-stop-string', { text: 'one two three four five' }],
  ['chat-tool-call', { toolCalls: LIST.toolCalls! }],
  ['chat-content-and-tool-call', { text: 'I will list the files.\n', toolCalls: LIST.toolCalls! }],
  ['chat-broken-tool-call', { toolCalls: [{ name: 'bash', arguments: '{"command": ls -la' }] }],
  ['chat-tool-call-length', { toolCalls: LIST.toolCalls! }],
  ['chat-after-tool-result', { text: 'There are two files.' }],
  ['abort-while-generating', { text: 'one two t', finish: 'abort' }],
  ['probe-raw-t1', { text: '<' }],
  ['reasoning', { ...HELLO_REPLY, reasoning: 'The user wants a greeting.' }, { reasoningParser: true }],
  ['reasoning-length', { ...HELLO_REPLY, reasoning: 'The user wants a greeting.' }, { reasoningParser: true }],
  ['reasoning-not-included', { ...HELLO_REPLY, reasoning: 'The user wants a greeting.' }, { reasoningParser: true }],
  ['reasoning-tool-call', { toolCalls: LIST.toolCalls!, reasoning: 'A listing needs ls.' }, { reasoningParser: true }],
];

test.each(RECORDED_CHATS)('answers with the fields of vLLM: %s', async (name, reply, options = {}) => {
  const server = await start('vllm', reply, { reportsCachedTokens: false, ...options });
  const { request, response } = recorded(name);
  // A token of the recorded model is longer than one of ours.
  const isCut = response.body.choices[0].finish_reason === 'length';
  const { body, status } = await ask(server, { ...request.body, ...(!isCut && { max_tokens: 1000 }) });
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(Object.keys(response.body));
  expect(shapeOf(body)).toEqual(shapeOf(response.body));
  const [choice] = body.choices;
  const [real] = response.body.choices;
  expect(choice.finish_reason).toBe(real.finish_reason);
  expect(choice.stop_reason).toBe(real.stop_reason);
  // Lengths in tokens are others: there the texts differ too.
  if (real.finish_reason === 'stop' || real.finish_reason === 'tool_calls') {
    expect(choice.message.content).toBe(real.message.content);
    expect(choice.message.reasoning).toBe(real.message.reasoning);
    expect(choice.message.tool_calls?.[0].function).toEqual(real.message.tool_calls?.[0].function);
  }
});

const RECORDED_REFUSALS: readonly [name: string, overflowText: 'too-large' | 'passed' | 'new', prompt?: number][] = [
  ['bad-max-tokens', 'new'],
  ['bad-messages', 'new'],
  ['bad-role-order', 'new'],
  ['bad-temperature', 'new'],
  ['chat-top-logprobs-too-many', 'new'],
  ['unknown-model', 'new'],
  ['stream-overflow', 'new'],
  ['overflow-max-tokens', 'new'],
  ['overflow-prompt', 'new', 3000],
  ['overflow-0.17-prompt', 'passed', 3000],
  ['overflow-0.17-max-tokens', 'passed'],
  ['0.10-overflow-prompt', 'too-large', 2109],
  ['0.10-overflow-prompt-and-max-tokens', 'too-large', 2039],
];

test.each(RECORDED_REFUSALS)('refuses in the words of vLLM: %s', async (name, overflowText, prompt) => {
  const server = await start('vllm', HELLO_REPLY, { contextTokens: 2048, overflowText });
  const { request, response } = recorded(name);
  // 19 tokens are around the text of a message.
  const messages = prompt && [{ role: 'user', content: 'x'.repeat(prompt - 19) }];
  const answer = await ask(server, { ...request.body, ...(messages && { messages }) });
  expect([answer.status, answer.body]).toEqual([response.status, response.body]);
});

test.each(['stream-stop', 'stream-length', 'stream-tool-call', 'stream-reasoning-tool-call'])(
  'streams events with the fields of vLLM: %s',
  async (name) => {
    const { request, response } = recorded(name);
    const reasoningParser = name === 'stream-reasoning-tool-call';
    const reply = {
      ...(name.includes('tool-call') ? { toolCalls: LIST.toolCalls! } : HELLO_REPLY),
      ...(reasoningParser && { reasoning: 'A listing needs ls.' }),
    };
    const server = await start('vllm', reply, { reportsCachedTokens: false, streamTokens: 1, reasoningParser });
    const max_tokens = name === 'stream-length' ? 5 : 1000;
    const events = eventsOf((await ask(server, { ...request.body, max_tokens })).text);
    const real = eventsOf(`${response.sse.join('\n\n')}\n\n`);
    const shapes = (all: Body[]) => [...new Set(all.map((event) => JSON.stringify(shapeOf(event))))].sort();
    expect(shapes(events)).toEqual(shapes(real));
    expect(events.flatMap((event) => event.prompt_token_ids ?? [])).not.toHaveLength(0);
    expect(events.filter((event) => event.prompt_token_ids)).toEqual([events[0]]);
  },
);

test.each(['models', 'version', 'weight-info-set', 'tokenize-messages', 'unknown-route', 'wrong-method'])(
  'serves what vLLM serves: %s',
  async (name) => {
    const { request, response } = recorded(name);
    const server = await start('vllm', HELLO_REPLY, { contextTokens: 2048, weightVersion: () => 'step-7' });
    const body = await page(server, request.path, request.body);
    expect(shapeOf(body)).toEqual(shapeOf(response.body));
    if (!['models', 'tokenize-messages'].includes(name)) expect(body).toEqual(response.body);
  },
);

const TWO_CALLS: ScriptedReply = {
  toolCalls: [
    { name: 'bash', arguments: { command: 'pwd' } },
    { name: 'bash', arguments: { command: 'ls -la' } },
  ],
};
const SGLANG_CHATS: readonly [name: string, reply: ScriptedReply, options?: Partial<ModelServerOptions>][] = [
  ['chat-stop', HELLO_REPLY],
  ['chat-plain-openai', HELLO_REPLY],
  ['chat-vllm-flags-only', HELLO_REPLY],
  ['chat-input-ids', HELLO_REPLY],
  ['unknown-model', HELLO_REPLY],
  ['chat-length', { text: 'one two three four' }],
  ['chat-stop-string', { text: 'one two three four five' }],
  ['chat-tool-call', { toolCalls: LIST.toolCalls! }],
  ['chat-two-tool-calls', TWO_CALLS],
  ['chat-content-and-tool-call', { text: 'I will list the files.\n', toolCalls: LIST.toolCalls! }],
  ['chat-broken-tool-call', { toolCalls: [{ name: 'bash', arguments: '{"command": ls -la' }] }],
  ['chat-tool-call-length', { toolCalls: LIST.toolCalls! }],
  ['chat-after-tool-result', { text: 'There are two files.' }],
  ['abort-chat', { text: 'one two t', finish: 'abort' }],
  ['probe-t1', { text: '<' }],
  ['reasoning', { ...HELLO_REPLY, reasoning: 'The user wants a greeting.' }, { reasoningParser: true }],
  ['reasoning-length', { ...HELLO_REPLY, reasoning: 'The user wants a greeting.' }, { reasoningParser: true }],
  ['reasoning-tool-call', { toolCalls: LIST.toolCalls!, reasoning: 'A listing needs ls.' }, { reasoningParser: true }],
];

test.each(SGLANG_CHATS)('answers with the fields of SGLang: %s', async (name, reply, options = {}) => {
  const server = await start('sglang', reply, { reportsCachedTokens: false, ...options });
  const { request, response } = recorded(name, 'sglang');
  const [real] = response.body.choices;
  const isCut = real.finish_reason === 'length';
  const { body } = await ask(server, { ...request.body, ...(!isCut && { max_tokens: 1000 }) });
  const [choice] = body.choices;
  expect(Object.keys(body)).toEqual(Object.keys(response.body));
  expect(Object.keys(choice)).toEqual(Object.keys(real));
  expect(Object.keys(choice.meta_info ?? {})).toEqual(Object.keys(real.meta_info ?? {}));
  // Null or not by what the cache holds.
  for (const { meta_info: info } of [choice, real]) if (info) info.cached_tokens_details = null;
  expect(shapeOf(body)).toEqual(shapeOf(response.body));
  expect(choice.finish_reason).toBe(real.finish_reason);
  if (typeof real.matched_stop !== 'number') expect(choice.matched_stop).toBe(real.matched_stop);
  if (isCut || real.finish_reason === 'abort') return;
  expect(choice.message).toEqual({
    ...real.message,
    ...(real.message.tool_calls && {
      tool_calls: real.message.tool_calls.map((call: Body) => ({ ...call, id: expect.stringMatching(/^call_/) })),
    }),
  });
});

test.each(['stream-stop', 'stream-tool-call', 'stream-reasoning-tool-call'])(
  'streams events with the fields of SGLang: %s',
  async (name) => {
    const { request, response } = recorded(name, 'sglang');
    const reply =
      name === 'stream-stop' ? HELLO_REPLY : { toolCalls: LIST.toolCalls!, reasoning: 'A listing needs ls.' };
    const { reasoning: _, ...call } = { reasoning: '', ...reply };
    const reasoningParser = name === 'stream-reasoning-tool-call';
    const server = await start('sglang', reasoningParser ? reply : call, {
      reportsCachedTokens: false,
      reasoningParser,
    });
    const events = eventsOf((await ask(server, { ...request.body, max_tokens: 1000 })).text);
    const real = eventsOf(`${response.sse.join('\n\n')}\n\n`);
    const shapes = (all: Body[]) => [...new Set(all.map((event) => JSON.stringify(shapeOf(event))))].sort();
    expect(shapes(events)).toEqual(shapes(real));
    expect(
      events.filter(({ choices }) => choices[0]?.finish_reason).map(({ choices }) => choices[0].finish_reason),
    ).toEqual(real.filter(({ choices }) => choices[0]?.finish_reason).map(({ choices }) => choices[0].finish_reason));
  },
);

test.each([
  'bad-empty-messages',
  'bad-temperature',
  'overflow-max-tokens',
  'stream-token-ids',
  'stream-prompt-ids-refused',
])('refuses in the words of SGLang: %s', async (name) => {
  const server = await start('sglang', HELLO_REPLY, { contextTokens: 2048 });
  const { request, response } = recorded(name, 'sglang');
  const answer = await ask(server, request.body);
  expect([answer.status, answer.body]).toEqual([response.status, response.body]);
});

test.each(['models', 'tokenize-messages', 'version-absent', 'unknown-route'])(
  'serves what SGLang serves: %s',
  async (name) => {
    const { request, response } = recorded(name, 'sglang');
    const server = await start('sglang', HELLO_REPLY);
    expect(shapeOf(await page(server, request.path, request.body))).toEqual(shapeOf(response.body));
  },
);
