import type { ChatMessage } from '@swe-selfplay/trajectory';
import { afterEach, expect, test } from 'vitest';
import {
  recorded,
  type SmallAnswer,
  type SmallModel,
  type SmallRequest,
  type SmallServer,
  startSmallModel,
} from '../../test-support/small-server.js';
import type { Conversation, Message } from '../conversation.js';
import type { Turn } from '../policy.js';
import { cwmFormat } from '../tool-formats/cwm.js';
import { nativeFormat } from '../tool-formats/native.js';
import type { ModelPolicyOptions, PolicyNotice } from './model-policy-options.js';
import { type ModelPolicy, openModelPolicy } from './open-model-policy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const BASH = { name: 'bash', description: 'Runs.', inputSchema: { type: 'object' }, textInput: 'the command' };
const PROMPT: readonly Message[] = [
  { role: 'system', text: 'You fix.' },
  { role: 'user', text: 'List the files.' },
];

async function open(model: SmallModel, options: Partial<ModelPolicyOptions> = {}): Promise<[ModelPolicy, SmallServer]> {
  const server = await startSmallModel(model);
  const policy = await openModelPolicy({
    baseUrl: server.baseUrl,
    model: 'tiny',
    format: nativeFormat,
    retry: { attempts: 3, minMs: 1, maxMs: 2 },
    ...options,
  });
  ends.push(async () => {
    await policy.close();
    await server.close();
  });
  return [policy, server];
}

function ask(policy: ModelPolicy, messages: readonly Message[] = PROMPT, rolloutId = 'r1') {
  const conversation: Conversation = { messages, tools: [BASH] };
  return policy.respond(conversation, { signal: new AbortController().signal, rolloutId });
}

async function turnOf(policy: ModelPolicy, messages?: readonly Message[], rolloutId?: string): Promise<Turn> {
  const turn = await ask(policy, messages, rolloutId);
  if (turn.status === 'context-overflow') throw new Error(`overflow: ${turn.reason}`);
  return turn;
}

/** What follows a turn in a conversation. */
function after(messages: readonly Message[], turn: Turn): readonly Message[] {
  const { text, toolCalls, sample } = turn;
  const said: Message = { role: 'assistant', text, toolCalls, ...(sample && { raw: sample.record.response }) };
  return [...messages, said, { role: 'user', text: 'Go on.' }];
}

function says(message: Record<string, unknown>, more: Record<string, unknown> = {}): SmallAnswer {
  const { choice, ...root } = more as { choice?: Record<string, unknown> };
  return {
    body: {
      id: 'chat-1',
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }],
      usage: { prompt_tokens: 10, completion_tokens: 2 },
      ...root,
    },
  };
}

/** An answer of vLLM with these log-probabilities for the ids 5 and 6. */
function sampled(logprobs: readonly unknown[], ids: unknown = [5, 6]): SmallAnswer {
  const content = logprobs.map((logprob) => ({ token: 'x', logprob }));
  return says({ content: 'xx' }, { prompt_token_ids: [1, 2, 3], choice: { token_ids: ids, logprobs: { content } } });
}

test.each(['vllm', 'sglang'] as const)('records exactly what %s sampled', async (engine) => {
  const [policy, server] = await open({ engine, chat: () => recorded(`${engine}/chat-stop`) });
  const turn = await turnOf(policy);
  // biome-ignore lint/suspicious/noExplicitAny: the body of a server
  const raw = recorded(`${engine}/chat-stop`).body as any;
  expect(turn.text).toBe('Hello, world!');
  expect(turn.sample?.record).toMatchObject({
    request_id: raw.id,
    finish_reason: 'stop',
    prompt_token_ids: raw.prompt_token_ids ?? raw.choices[0].prompt_token_ids,
    completion_token_ids: raw.choices[0].token_ids ?? raw.choices[0].response_token_ids,
    completion_logprobs: raw.choices[0].logprobs.content.map(({ logprob }: { logprob: number }) => logprob),
    usage: { prompt_tokens: raw.usage.prompt_tokens, completion_tokens: raw.usage.completion_tokens },
    retries: 0,
    sampling_requested: { temperature: 1, top_p: 1, top_k: -1 },
  });
  expect(turn.sample!.record.completion_token_ids).toHaveLength(raw.usage.completion_tokens);
  const { body, headers } = server.turns()[0]!;
  expect(body).toMatchObject({
    temperature: 1,
    top_p: 1,
    top_k: -1,
    stream: false,
    tool_choice: 'auto',
    logprobs: true,
  });
  expect(body.return_token_ids).toBe(true);
  expect(headers['x-smg-routing-key']).toBe(engine === 'sglang' ? 'r1' : undefined);
});

test('reads the same from a stream as from a whole answer', async () => {
  const [whole] = await open({ chat: () => recorded('vllm/chat-stop') });
  const [streamed] = await open({ chat: () => recorded('vllm/stream-stop') }, { stream: true });
  const left = (await turnOf(whole)).sample!.record;
  const right = (await turnOf(streamed)).sample!.record;
  for (const field of ['prompt_token_ids', 'completion_token_ids', 'completion_logprobs', 'finish_reason'] as const)
    expect(right[field]).toEqual(left[field]);
  expect(right.usage).toEqual(left.usage);
  expect(right.response).toMatchObject({ role: 'assistant', content: 'Hello, world!' });
});

test('puts tool calls and reasoning together from the pieces of a stream', async () => {
  const [policy] = await open({ chat: () => recorded('vllm/stream-reasoning-tool-call') }, { stream: true });
  const { toolCalls, sample } = await turnOf(policy);
  expect(toolCalls).toMatchObject([{ tool: 'bash', input: { command: expect.any(String) } }]);
  expect(sample!.record.response.reasoning).toMatch(/\S/);
  expect(sample!.record.completion_token_ids!.length).toBeGreaterThan(10);
});

test('reads native calls, and cut-off ones as cut off', async () => {
  const answers = ['vllm/chat-tool-call', 'vllm/chat-tool-call-length'];
  const [policy] = await open({ chat: () => recorded(answers.shift()!) });
  expect((await turnOf(policy)).toolCalls).toMatchObject([{ tool: 'bash', input: { command: 'ls -la' } }]);
  const cut = await turnOf(policy);
  expect(cut.malformed?.kind).toBe('truncated');
  expect(cut.sample!.record.finish_reason).toBe('length');
});

test.each([
  ['too few', [-0.1]],
  ['positive ones', [-0.1, 0.5]],
  ['what is no number', [-0.1, null]],
  ['the stand-in for a missing one', [-0.1, -9999]],
])('leaves out log-probabilities where there are %s, and says so', async (_, logprobs) => {
  const notices: PolicyNotice[] = [];
  const [policy] = await open({ chat: () => sampled(logprobs) }, { onNotice: (notice) => notices.push(notice) });
  const { record } = (await turnOf(policy)).sample!;
  expect(record).toMatchObject({
    prompt_token_ids: [1, 2, 3],
    completion_token_ids: [5, 6],
    completion_logprobs: null,
  });
  expect(notices).toMatchObject([
    { rolloutId: 'r1', text: expect.stringMatching(/^Turn 1 has no log-probabilities: /) },
  ]);
});

test('leaves out ids that are none, and those that are not all', async () => {
  const answers = [sampled([-1, -1], [5, -6]), sampled([-1], [5]), sampled([0.00001, -1])];
  const [policy] = await open({ chat: () => answers.shift()! });
  expect((await turnOf(policy)).sample!.record).toMatchObject({
    completion_token_ids: null,
    completion_logprobs: null,
  });
  expect((await turnOf(policy)).sample!.record).toMatchObject({ completion_token_ids: [5], completion_logprobs: null });
  expect((await turnOf(policy)).sample!.record.completion_logprobs).toEqual([0, -1]);
});

test('keeps log-probabilities of SGLang only where they are of the sampled tokens', async () => {
  const answer = (ids: number[]) =>
    says(
      { content: 'xx' },
      {
        choice: {
          prompt_token_ids: [1],
          token_ids: ids,
          meta_info: { output_token_logprobs: [[-0.5, 5, null], [-0.25, 6, null]] }, // biome-ignore format: pairs
        },
      },
    );
  const answers = [answer([5, 6]), answer([5, 7])];
  const [policy] = await open({ engine: 'sglang', chat: () => answers.shift()! });
  expect((await turnOf(policy)).sample!.record.completion_logprobs).toEqual([-0.5, -0.25]);
  expect((await turnOf(policy)).sample!.record.completion_logprobs).toBeNull();
});

test('tells reasoning from text, and says neither again but what was in the content', async () => {
  const tagged = '<think>\nIs `\n</think>\n` a tag?\n</think>\n\nDone.';
  const answers = [
    says({ content: tagged }),
    says({ content: 'Next.', reasoning_content: 'Hm.' }),
    says({ content: 'End.' }),
  ];
  const [policy, server] = await open({ chat: () => answers.shift()! });
  const first = await turnOf(policy);
  expect(first.text).toBe('Done.');
  expect(first.sample!.record.response).toMatchObject({ content: tagged, reasoning: 'Is `\n</think>\n` a tag?' });
  const messages = after(PROMPT, first);
  const second = await turnOf(policy, messages);
  expect(second.text).toBe('Next.');
  expect(second.sample!.record.response).toMatchObject({ content: 'Next.', reasoning: 'Hm.' });
  await turnOf(policy, after(messages, second));
  const sent = server.turns()[2]!.body.messages.filter(({ role }: ChatMessage) => role === 'assistant');
  expect(sent).toEqual([
    { role: 'assistant', content: tagged },
    { role: 'assistant', content: 'Next.' },
  ]);
});

test('says where a whole answer was taken for reasoning', async () => {
  const notices: PolicyNotice[] = [];
  const answers = ['vllm/reasoning-swallows-answer', 'sglang/reasoning-plain-answer', 'vllm/reasoning'].map(recorded);
  const [policy] = await open({ chat: () => answers.shift()! }, { onNotice: (notice) => notices.push(notice) });
  const told: boolean[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    notices.length = 0;
    await turnOf(policy);
    told.push(
      notices.some(({ text, rolloutId }) => rolloutId === 'r1' && text.includes('nothing beside its reasoning')),
    );
  }
  expect(told).toEqual([true, true, false]);
});

test('says reasoning again in the fields that are asked for', async () => {
  const [policy, server] = await open(
    { chat: () => says({ content: 'Next.', reasoning: 'Hm.' }) },
    { resendReasoning: ['reasoning', 'reasoning_content'] },
  );
  await turnOf(policy, after(PROMPT, await turnOf(policy)));
  expect(server.turns()[1]!.body.messages[2]).toEqual({
    role: 'assistant',
    content: 'Next.',
    reasoning: 'Hm.',
    reasoning_content: 'Hm.',
  });
});

test('does not say reasoning twice that is in the content already', async () => {
  const content = '<think>\nHm.\n</think>\nNext.';
  const [policy, server] = await open({ chat: () => says({ content }) }, { resendReasoning: ['reasoning_content'] });
  await turnOf(policy, after(PROMPT, await turnOf(policy)));
  expect(server.turns()[1]!.body.messages[2]).toEqual({ role: 'assistant', content });
});

test('what is recorded of a request begins with the request and the answer before it', async () => {
  const [policy] = await open({ chat: () => recorded('vllm/reasoning-tool-call') });
  const first = await turnOf(policy);
  const second = await turnOf(policy, after(PROMPT, first));
  const said = [...first.sample!.messages, first.sample!.record.response];
  expect(second.sample!.messages.slice(0, said.length)).toEqual(said);
});

test('a text format is described to the model, and its calls are unique in the conversation', async () => {
  const content = '<tool: bash>\nls\n</tool>';
  const [policy, server] = await open({ chat: () => says({ content }) }, { format: cwmFormat });
  const first = await turnOf(policy);
  const second = await turnOf(policy, after(PROMPT, first));
  expect(first.toolCalls).toMatchObject([{ id: 'turn-1-call-1', tool: 'bash' }]);
  expect(second.toolCalls).toMatchObject([{ id: 'turn-2-call-1', tool: 'bash' }]);
  const { body } = server.turns()[1]!;
  expect(body.tools).toBeUndefined();
  expect(body.messages[0].content).toMatch(/^You fix\.\n\n.*<tool: /s);
  expect(body.messages[0]).toEqual(server.turns()[0]!.body.messages[0]);
  expect(body.messages[2]).toEqual({ role: 'assistant', content });
});

test('gives calls without an id one of its own', async () => {
  const call = { type: 'function', function: { name: 'bash', arguments: { command: 'ls' } } };
  const [policy] = await open({ chat: () => says({ content: null, tool_calls: [call] }) });
  expect((await turnOf(policy)).toolCalls).toMatchObject([{ id: 'turn-1-call-1', input: { command: 'ls' } }]);
});

test('sends the sampling that was asked for, with a seed for each turn of each rollout', async () => {
  const sampling = { temperature: 0.7, topP: 0.9, topK: 20, maxTokens: 50, seed: 1, stop: ['END'] };
  const extraBody = { min_p: 0.1 };
  const [policy, server] = await open({}, { sampling, extraBody });
  const first = await turnOf(policy);
  await turnOf(policy, PROMPT, 'r2');
  await turnOf(policy, PROMPT, 'r1');
  await turnOf(policy, after(PROMPT, first));
  const sent = { min_p: 0.1, temperature: 0.7, top_p: 0.9, top_k: 20, max_tokens: 50, stop: ['END'] };
  expect(server.turns()[0]!.body).toMatchObject(sent);
  expect(first.sample!.record.sampling_requested).toEqual({ ...sent, seed: 1 });
  const seeds = server.turns().map(({ body }) => body.seed);
  expect(first.sample!.record.sampling_effective).toEqual({ ...sent, seed: seeds[0] });
  expect(seeds[2]).toBe(seeds[0]);
  expect(new Set(seeds).size).toBe(3);
});

test.each([
  'vllm/overflow-prompt',
  'vllm/overflow-characters',
  'vllm/overflow-prompt-fills-context',
  'sglang/overflow-prompt',
  'sglang/overflow-allowed-length',
  'sglang/overflow-prompt-and-max-tokens',
])('a conversation that is too long ends cleanly: %s', async (name) => {
  const [policy, server] = await open({ chat: () => recorded(name) }, { sampling: { maxTokens: 100 } });
  expect(await ask(policy)).toMatchObject({
    status: 'context-overflow',
    reason: expect.stringMatching(/(context|allowed) length/),
  });
  expect(server.turns()).toHaveLength(1);
});

test.each([400, 413, 422])('knows old words for too long at %s', async (status) => {
  const message =
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (5000 in the messages, 0 in the completion).";
  const [policy] = await open({ chat: () => ({ status, body: { object: 'error', message } }) });
  expect(await ask(policy)).toMatchObject({ status: 'context-overflow' });
});

test('an empty answer for want of room is the end of the conversation', async () => {
  const empty = says(
    { content: '' },
    { choice: { finish_reason: 'length' }, usage: { prompt_tokens: 9, completion_tokens: 0 } },
  );
  const [policy] = await open({ chat: () => empty });
  expect(await ask(policy)).toMatchObject({ status: 'context-overflow' });
});

test('asks for a shorter reply where there is room for one', async () => {
  const fits = ({ body }: SmallRequest) => body.max_tokens <= 500;
  const refuse = {
    status: 400,
    body: {
      message:
        "Requested token count exceeds the model's maximum context length of 2000 tokens. You requested a total of " +
        '2500 tokens: 1500 tokens from the input messages and 1000 tokens for the completion.',
    },
  };
  const [policy, server] = await open(
    { chat: (request) => (fits(request) ? recorded('vllm/chat-stop') : refuse) },
    { sampling: { maxTokens: 1000 } },
  );
  const turn = await turnOf(policy);
  expect(server.turns().map(({ body }) => body.max_tokens)).toEqual([1000, 500]);
  expect(turn.sample!.record).toMatchObject({
    sampling_requested: { max_tokens: 1000 },
    sampling_effective: { max_tokens: 500 },
    retries: 0,
  });
});

test('asks for no more than the context leaves, and for nothing where it leaves nothing', async () => {
  const usage = { prompt_tokens: 1900, completion_tokens: 100 };
  const answers = [
    says({ content: 'a' }, { usage }),
    says({ content: 'b' }, { usage: { ...usage, prompt_tokens: 1948 } }),
  ];
  const [policy, server] = await open({ chat: () => answers.shift()! }, { sampling: { maxTokens: 512 } });
  const first = after(PROMPT, await turnOf(policy));
  const second = after(first, await turnOf(policy, first));
  expect(await ask(policy, second)).toMatchObject({ status: 'context-overflow' });
  expect(server.turns().map(({ body }) => body.max_tokens)).toEqual([512, 48]);
  answers.push(says({ content: 'c' }), says({ content: 'd' }));
  await turnOf(policy, PROMPT, 'another');
  // The same name from the start is another conversation.
  await turnOf(policy, PROMPT);
  expect(server.turns().map(({ body }) => body.max_tokens)).toEqual([512, 48, 512, 512]);
});

test('leaves room again where reasoning that is not said again filled the context', async () => {
  const usage = { prompt_tokens: 100, completion_tokens: 1948 };
  const thought = () => says({ content: '', reasoning: 'Hm.' }, { usage, choice: { finish_reason: 'length' } });
  const [policy, server] = await open({ chat: thought }, { sampling: { maxTokens: 2000 } });
  await turnOf(policy, after(PROMPT, await turnOf(policy)));
  expect(server.turns().map(({ body }) => body.max_tokens)).toEqual([2000, 1948]);
  const [again] = await open({ chat: thought }, { resendReasoning: ['reasoning'] });
  expect(await ask(again, after(PROMPT, await turnOf(again)))).toMatchObject({ status: 'context-overflow' });
});

test('holds replies to a context that is shorter than that of the server', async () => {
  const usage = { prompt_tokens: 900, completion_tokens: 40 };
  const [policy, server] = await open({ chat: () => says({ content: 'a' }, { usage }) }, { contextTokens: 1000 });
  await turnOf(policy, after(PROMPT, await turnOf(policy)));
  expect(server.turns().map(({ body }) => body.max_tokens)).toEqual([1000, 60]);
  const [unbounded, other] = await open({});
  await turnOf(unbounded);
  expect(other.turns()[0]!.body).not.toHaveProperty('max_tokens');
});

test('records the weights before and after, of the server and of the caller', async () => {
  let version = 0;
  const weights = () => {
    version += 1;
    return { body: { weight_version: `step-${version}` } };
  };
  const [policy] = await open({ first: ({ path }) => (path === '/weight_info' ? weights() : undefined) });
  version = 0;
  expect((await turnOf(policy)).sample!.record).toMatchObject({
    weight_version_start: 'step-1',
    weight_version_end: 'step-2',
  });
  const [told] = await open({}, { getWeightVersion: () => 'mine' });
  expect((await turnOf(told)).sample!.record).toMatchObject({
    weight_version_start: 'mine',
    weight_version_end: 'mine',
  });
});

test('records which weights made which tokens where SGLang tells', async () => {
  const [policy] = await open({ engine: 'sglang', chat: () => recorded('sglang/chat-mixed-versions') });
  const { record } = (await turnOf(policy)).sample!;
  const spans = record.weight_spans!;
  expect(spans.length).toBeGreaterThan(1);
  expect(spans.at(-1)!.end).toBe(record.completion_token_ids!.length);
  expect(record.weight_version_end).toBe(spans.at(-1)!.version);
});

test('a weight version that nobody can tell is not known, and that is said once', async () => {
  const notices: PolicyNotice[] = [];
  const getWeightVersion = () => Promise.reject(new Error('trainer is gone'));
  const [policy] = await open({}, { getWeightVersion, onNotice: (notice) => notices.push(notice) });
  expect((await turnOf(policy)).sample!.record).toMatchObject({ weight_version_start: null, weight_version_end: null });
  expect(notices).toEqual([{ text: 'The version of the weights is not known: trainer is gone.' }]);
});

test('does not outwait the signal where the caller never tells the version', async () => {
  const [policy] = await open({}, { getWeightVersion: () => new Promise<string>(() => {}) });
  const signal = AbortSignal.timeout(50);
  const asked = policy.respond({ messages: PROMPT, tools: [] }, { signal, rolloutId: 'r1' });
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a filtered answer is a turn as any other', async () => {
  const [policy] = await open({
    chat: () => says({ content: 'No.' }, { choice: { finish_reason: 'content_filter' } }),
  });
  expect((await turnOf(policy)).sample!.record.finish_reason).toBe('content_filter');
});

test('counts what it used', async () => {
  const details = { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } };
  const [policy] = await open({ chat: () => says({ content: 'a' }, { usage: details }) });
  const before = policy.usage();
  await turnOf(policy);
  await turnOf(policy);
  const now = policy.usage();
  expect(now.promptTokens - before.promptTokens).toBe(20);
  expect(now.completionTokens - before.completionTokens).toBe(4);
  expect(now.cachedTokens - before.cachedTokens).toBe(8);
  expect(now.requests - before.requests).toBe(2);
});
