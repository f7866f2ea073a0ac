import type { ChatMessage } from '@swe-selfplay/trajectory';
import { afterEach, expect, test } from 'vitest';
import { startModelServer } from '../test-support/model-server/model-server.js';
import type {
  Fault,
  ModelServer,
  ModelServerOptions,
  ScriptedReply,
} from '../test-support/model-server/model-server-options.js';
import { chooseModel, lastResult, playSteps } from '../test-support/model-server/scripted-models.js';
import { ask, type Body, eventsOf, HELLO, page } from '../test-support/model-server/test-client.js';

const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const TOOLS = [
  {
    type: 'function',
    function: { name: 'bash', description: 'Run a command.', parameters: { type: 'object', properties: {} } },
  },
];
const CAPTURE = { return_token_ids: true, logprobs: true, top_logprobs: 0 };
const LIST: ScriptedReply = { text: 'I look.', toolCalls: [{ name: 'bash', arguments: { command: 'ls -la' } }] };

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

const HELLO_REPLY: ScriptedReply = { text: 'Hello, world!' };
test('weights that change while SGLang answers show in what it tells', async () => {
  let version = 1;
  const server = await start('sglang', HELLO_REPLY, { weightVersion: () => `step-${version++}` });
  const { metadata } = (await ask(server)).body;
  expect(metadata.weight_versions.map((span: Body) => span.version)).toEqual(['step-1', metadata.weight_version]);
  expect(metadata.weight_versions[1].end).toBe(14);
});

const CONVERSATIONS: readonly [
  engine: 'vllm' | 'sglang',
  options: Partial<ModelServerOptions>,
  replies: ScriptedReply[],
][] = [
  ['vllm', {}, [LIST, { text: 'é 👋\n', toolCalls: [LIST.toolCalls![0]!, LIST.toolCalls![0]!] }, HELLO_REPLY]],
  ['sglang', {}, [LIST, { text: 'é 👋\n', toolCalls: [LIST.toolCalls![0]!, LIST.toolCalls![0]!] }, HELLO_REPLY]],
  ['vllm', { reasoningParser: true }, [{ ...LIST, reasoning: 'hm\nso' }, { text: 'ok', reasoning: 'a' }, HELLO_REPLY]],
  [
    'sglang',
    { reasoningParser: true },
    [{ ...LIST, reasoning: 'hm\nso' }, { text: 'ok', reasoning: 'a' }, HELLO_REPLY],
  ],
  ['vllm', {}, [{ text: 'ok\n\n<tool: bash>\nls\n</tool>', reasoning: 'thinking in the text' }, HELLO_REPLY]],
];

test.each(CONVERSATIONS)(
  'prompts go on with the sampled tokens while messages are sent back unchanged: %s %j',
  async (engine, options, replies) => {
    const server = await start(engine, ({ turn }) => replies[turn]!, options);
    const messages: ChatMessage[] = [{ role: 'system', content: 'Work.' }, ...HELLO];
    const conversations: number[][] = [];
    for (const [turn] of replies.entries()) {
      const { body } = await ask(server, { messages, tools: TOOLS, ...CAPTURE });
      const [choice] = body.choices;
      const prompt: number[] = body.prompt_token_ids ?? choice.prompt_token_ids;
      const sampled: number[] = choice.token_ids ?? choice.response_token_ids;
      expect(sampled).toHaveLength(choice.logprobs.content.length);
      expect(prompt).toHaveLength(body.usage.prompt_tokens);
      const earlier = conversations.at(-1) ?? [];
      expect(prompt.slice(0, earlier.length)).toEqual(earlier);
      expect(body.usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(earlier.length - 16);
      conversations.push([...prompt, ...sampled]);
      const calls: ChatMessage[] = (choice.message.tool_calls ?? []).map((call: Body) => ({
        role: 'tool',
        tool_call_id: call.id,
        content: `result ${turn}`,
      }));
      messages.push(choice.message, ...(calls.length > 0 ? calls : [{ role: 'user', content: 'go on' }]));
    }
    expect(new Set(conversations.map((ids) => ids.length)).size).toBe(replies.length);
  },
);

test.each([
  [
    'arguments written anew',
    (message: Body) => ({
      ...message,
      tool_calls: [{ ...message.tool_calls[0], function: { name: 'bash', arguments: '{"command":"ls -la"}' } }],
    }),
  ],
  ['text trimmed', (message: Body) => ({ ...message, content: message.content.trim() })],
])('prompts do not go on with the sampled tokens after %s', async (_, change) => {
  const server = await start('vllm', { ...LIST, text: ' I look.' });
  const first = (await ask(server, { tools: TOOLS, ...CAPTURE })).body;
  const sampled = [...first.prompt_token_ids, ...first.choices[0].token_ids];
  const again = async (message: Body) =>
    (
      await ask(server, {
        tools: TOOLS,
        ...CAPTURE,
        messages: [...HELLO, message, { role: 'tool', tool_call_id: 'a', content: 'x' }],
      })
    ).body.prompt_token_ids.slice(0, sampled.length);
  expect(await again(first.choices[0].message)).toEqual(sampled);
  expect(await again(change(first.choices[0].message))).not.toEqual(sampled);
});

test('calls of which the model wrote the arguments in another way come back in the way of the parser', async () => {
  const server = await start('vllm', { toolCalls: [{ name: 'bash', arguments: '{"command":"ls"}' }] });
  const first = (await ask(server, { tools: TOOLS })).body.choices[0];
  expect(first.message.tool_calls[0].function.arguments).toBe('{"command": "ls"}');
});

test.each(['raw', 'processed'] as const)(
  'log-probabilities are %s ones, and the same for the same prompt',
  async (logprobsMode) => {
    const server = await start('vllm', HELLO_REPLY, { logprobsMode });
    const at = async (temperature: number) =>
      (await ask(server, { ...CAPTURE, top_logprobs: 5, temperature })).body.choices[0].logprobs.content;
    const [cold, warm, again] = [await at(1), await at(2), await at(1)];
    expect(again).toEqual(cold);
    for (const [index, { logprob, top_logprobs: top }] of cold.entries()) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top[0].logprob).toBe(logprob);
      const gap = (entries: Body[]) => entries[1].logprob - entries[2].logprob;
      const others = warm[index].top_logprobs;
      expect(gap(others)).toBeCloseTo(logprobsMode === 'raw' ? gap(top) : gap(top) / 2, 4);
    }
  },
);

test('SGLang tells tokens in its own places, and only where it is asked to', async () => {
  const server = await start('sglang', LIST, { weightVersion: () => 'step-3' });
  const asked = { tools: TOOLS, return_prompt_token_ids: true, return_meta_info: true, logprobs: true };
  const { body } = await ask(server, asked);
  const [choice] = body.choices;
  expect(body.metadata.weight_version).toBe('step-3');
  expect(choice.prompt_token_ids).toHaveLength(body.usage.prompt_tokens);
  expect(choice).not.toHaveProperty('response_token_ids');
  expect(choice.meta_info.output_token_logprobs.map(([logprob]: number[]) => logprob)).toEqual(
    choice.logprobs.content.map(({ logprob }: Body) => logprob),
  );
  expect(choice.message).toMatchObject({ content: 'I look.', tool_calls: [{ function: { name: 'bash' } }] });
  expect(choice.finish_reason).toBe('tool_calls');
  const plain = (await ask(server)).body;
  expect(Object.keys(plain.choices[0])).toEqual(['index', 'message', 'logprobs', 'finish_reason', 'matched_stop']);
  expect((await ask(server, { return_token_ids: true, stream: true })).body).toMatchObject({
    object: 'error',
    message: expect.stringContaining('return_token_ids is not supported with streaming'),
    code: 400,
  });
  const events = eventsOf(
    (await ask(server, { tools: TOOLS, stream: true, return_output_ids: true, logprobs: true })).text,
  );
  const args = events
    .flatMap((event) => event.choices[0]?.delta.tool_calls ?? [])
    .map((call) => call.function.arguments);
  expect(JSON.parse(args.join(''))).toEqual({ command: 'ls -la' });
  const streamed = events.flatMap((event) => event.choices[0]?.logprobs?.content ?? []);
  expect(events.find((event) => event.sglext).sglext.output_ids[0]).toHaveLength(streamed.length);
  expect(await page(server, '/get_model_info')).toMatchObject({ weight_version: 'step-3' });
});

test('a plain server knows no tokens and refuses in the words of OpenAI', async () => {
  const server = await start('plain', LIST, { contextTokens: 500 });
  const { body } = await ask(server, { ...CAPTURE, tools: TOOLS });
  expect(Object.keys(body.choices[0])).toEqual(['index', 'message', 'finish_reason']);
  expect(body).not.toHaveProperty('prompt_token_ids');
  expect(body.choices[0].message.tool_calls[0].function.name).toBe('bash');
  const long = await ask(server, { messages: [{ role: 'user', content: 'x'.repeat(600) }] });
  expect([long.status, long.body.error.code]).toEqual([400, 'context_length_exceeded']);
  expect((await page(server, '/version')).detail).toBe('Not Found');
});

test.each([
  ['vllm', 'old', 'object', 'you requested 1525 tokens (25 in the messages, 1500 in the completion)'],
  ['vllm', 'too-large', 'error', 'your request has 25 input tokens (1500 > 1510 - 25)'],
  ['vllm', 'passed', 'error', 'You passed 11 input tokens and requested 1500 output tokens'],
  ['sglang', 'new', 'object', 'a total of 1525 tokens: 25 tokens from the input messages and 1500 tokens'],
] as const)('%s (%s) counts the tokens that are asked for', async (engine, overflowText, field, message) => {
  const server = await start(engine, HELLO_REPLY, { overflowText, contextTokens: 1510 });
  const messages = [{ role: 'user', content: 'hello!' }];
  expect((await page(server, '/tokenize', { messages })).count).toBe(25);
  const { status, body } = await ask(server, { messages, max_tokens: 1500 });
  expect([status, Object.keys(body)[0]]).toEqual([400, field]);
  expect((body.error ?? body).message).toContain(message);
  expect((await ask(server, { messages, max_tokens: 1400 })).status).toBe(200);
});

test('a server with a key wants it', async () => {
  const server = await start('vllm', HELLO_REPLY, { apiKey: 'secret' });
  expect((await ask(server)).status).toBe(401);
  expect((await ask(server, {}, { authorization: 'Bearer secret' })).status).toBe(200);
  expect(await page(server, '/health')).toBe(200);
});

test('vLLM without a parser refuses tools, SGLang leaves calls in the text', async () => {
  const vllm = await ask(await start('vllm', LIST, { hasToolParser: false }), { tools: TOOLS });
  expect([vllm.status, vllm.body.error.message]).toEqual([400, expect.stringContaining('--tool-call-parser')]);
  const sglang = await ask(await start('sglang', LIST, { hasToolParser: false }), { tools: TOOLS });
  expect(sglang.body.choices[0].message.content).toContain('<tool_call>');
});

test('faults strike the request they are for', async () => {
  const faults: (Fault | undefined)[] = [
    { status: 429, headers: { 'retry-after': '7' }, body: { error: 'slow down' } },
    'cut',
    'reset',
    'not-json',
    'empty',
    'misaligned',
    'no-token-ids',
    'slow',
  ];
  const server = await start('vllm', HELLO_REPLY, { fault: (index) => faults[index] });
  expect((await ask(server)).status).toBe(429);
  await expect(ask(server)).rejects.toThrow();
  await expect(ask(server)).rejects.toThrow();
  expect((await ask(server)).text).toContain('<html>');
  expect((await ask(server)).text).toBe('');
  const [misaligned] = (await ask(server, CAPTURE)).body.choices;
  expect(misaligned.token_ids).toHaveLength(misaligned.logprobs.content.length + 1);
  expect((await ask(server, CAPTURE)).body.prompt_token_ids).toBeNull();
  const started = Date.now();
  expect((await ask(server)).status).toBe(200);
  expect(Date.now() - started).toBeGreaterThan(300);
  expect((await ask(server)).status).toBe(200);
});

test('many conversations wait at once, and those given up are seen', async () => {
  const server = await start('vllm', HELLO_REPLY, {
    thinkMs: 300,
    fault: (index) => (index === 256 ? 'hang' : undefined),
  });
  const started = Date.now();
  await Promise.all(Array.from({ length: 256 }, () => ask(server)));
  expect(server.concurrency.peak).toBeGreaterThan(200);
  expect(Date.now() - started).toBeLessThan(10_000);
  const hanging = fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'tiny', messages: HELLO }),
    signal: AbortSignal.timeout(500),
  });
  await expect(hanging).rejects.toThrow();
  await expect.poll(() => server.requests.at(-1)!.isAbandoned).toBe(true);
  await expect.poll(() => server.concurrency.now).toBe(0);
});

test('a script is played by the turn, in the format that is asked for', async () => {
  const step = { tool: 'bash', input: { command: 'ls' }, text: 'ls', say: 'I look.' };
  const turn = (messages: ChatMessage[]) => ({
    messages,
    tools: [],
    turn: messages.filter(({ role }) => role === 'assistant').length,
    body: {},
  });
  const opening: ChatMessage = { role: 'user', content: 'Solve it.' };
  const texts = await Promise.all(
    (['cwm', 'xml', 'fence'] as const).map(
      async (format) => (await playSteps([step], { format })(turn([opening]))).text,
    ),
  );
  expect(texts).toEqual([
    'I look.\n\n<tool: bash>\nls\n</tool>',
    'I look.\n\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>',
    'I look.\n\n```bash\nls\n```',
  ]);
  const model = chooseModel([
    { when: /Inject/, model: playSteps([]) },
    { when: /Solve/, model: playSteps([step, (now) => ({ say: `seen ${lastResult(now)}` })]) },
  ]);
  expect(await model(turn([opening]))).toEqual({
    text: 'I look.',
    toolCalls: [{ name: 'bash', arguments: { command: 'ls' } }],
  });
  const said: ChatMessage = { role: 'assistant', content: '' };
  expect(await model(turn([opening, said, { role: 'tool', content: 'a.py' }]))).toEqual({ text: 'seen a.py' });
  expect(await model(turn([opening, said, said]))).toEqual({ text: 'I have nothing more to do.' });
});
