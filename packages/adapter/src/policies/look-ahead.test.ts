import { createSandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import type { ChatMessage } from '@swe-selfplay/trajectory';
import { afterEach, expect, test } from 'vitest';
import { pooled, poolingReply } from '../../test-support/critic-replies.js';
import { recorded, type SmallServer, startSmallModel, startSmallServer } from '../../test-support/small-server.js';
import type { Conversation } from '../conversation.js';
import type { Critic } from '../critic/critic.js';
import { openPoolingCritic } from '../critic/open-pooling-critic.js';
import { openModelPolicy } from '../model-policy/open-model-policy.js';
import type { ContextOverflow, Policy, Turn } from '../policy.js';
import { runRollout } from '../run-rollout.js';
import { nativeFormat } from '../tool-formats/native.js';
import { createPlainToolSet } from '../tool-sets/plain.js';
import { createLookAheadPolicy } from './look-ahead.js';
import { createScriptedPolicy } from './scripted.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const CONVERSATION: Conversation = {
  messages: [
    { role: 'user', text: 'Fix it.' },
    { role: 'assistant', text: '', toolCalls: [{ id: 'c1', tool: 'bash', input: { command: 'ls' } }] },
    { role: 'tool', callId: 'c1', tool: 'bash', text: 'README' },
  ],
  tools: [{ name: 'bash', description: 'Runs a command.', inputSchema: { type: 'object' } }],
};

function ask(policy: Policy, signal: AbortSignal = new AbortController().signal, conversation = CONVERSATION) {
  return policy.respond(conversation, { signal, rolloutId: 'r1' });
}

type Answer = string | Turn | ContextOverflow | Error;

/** Answers each candidate as listed, and tells by what names it was asked. */
function aPolicy(answers: readonly Answer[], ids: string[] = []): Policy {
  let next = 0;
  return {
    name: 'listed',
    async respond(_, { rolloutId }) {
      ids.push(rolloutId);
      const answer = answers[next++ % answers.length]!;
      if (answer instanceof Error) throw answer;
      return typeof answer === 'string' ? { text: answer, toolCalls: [] } : answer;
    },
  };
}

/** A real server whose reward is the last number in the text, by turn; without one it fails. */
async function aCritic(): Promise<[Critic, SmallServer]> {
  const server = await startSmallServer(({ body }) => {
    const last: string = body.messages.at(-1).content;
    if (!/\d/.test(last)) return { status: 500, body: { error: { message: 'no opinion' } } };
    return pooled(poolingReply(body.messages, (content) => Number(/-?\d+(\.\d+)?$/.exec(content)?.[0] ?? 0)));
  });
  const critic = openPoolingCritic({
    ...{ baseUrl: `http://${server.host}`, model: 'critic', retry: { attempts: 1 } },
  });
  ends.push(async () => {
    await critic.close();
    await server.close();
  });
  return [critic, server];
}

test('takes the candidate that the critic likes best, of equal ones the first', async () => {
  const [critic, server] = await aCritic();
  const ids: string[] = [];
  const answers = ['a 0.5', 'b 2', 'c -3', 'd 2'];
  const policy = createLookAheadPolicy(aPolicy(answers, ids), critic, { candidates: 4 });
  expect(policy.name).toBe('listed+critic');
  expect(await ask(policy)).toEqual({ text: 'b 2', toolCalls: [] });
  expect(ids).toEqual([0, 1, 2, 3].map((candidate) => `r1#candidate-2-${candidate}`));
  expect(server.requests.map(({ body }) => body.messages.at(-1).content).sort()).toEqual(answers);
  const prefixes = server.requests.map(({ body }) => JSON.stringify(body.messages.slice(0, -1)));
  expect(new Set(prefixes).size).toBe(1);
  expect(JSON.parse(prefixes[0]!)).toMatchObject([
    { role: 'system', content: expect.stringContaining('### bash') },
    { role: 'user', content: 'Fix it.' },
    { role: 'assistant', content: '<function=bash>\n<parameter=command>ls</parameter>\n</function>' },
    { role: 'user', content: 'EXECUTION RESULT of [bash]:\nREADME' },
  ]);
});

test('all candidates are the same turn of the same conversation, eight where nothing is said', async () => {
  const [critic, server] = await aCritic();
  const scripted = createScriptedPolicy([{ text: 'Look.' }, { text: 'Go 1' }, { text: 'End 2' }]);
  expect(await ask(createLookAheadPolicy(scripted, critic))).toEqual({ text: 'Go 1', toolCalls: [] });
  expect(server.requests).toHaveLength(8);
});

test('candidates are sampled side by side', async () => {
  const [critic] = await aCritic();
  let open = 0;
  let most = 0;
  const slow: Policy = {
    name: 'slow',
    async respond() {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 20));
      open -= 1;
      return { text: '1', toolCalls: [] };
    },
  };
  await ask(createLookAheadPolicy(slow, critic, { candidates: 5 }));
  expect(most).toBe(5);
});

test('what could not be sampled or scored is left out', async () => {
  const [critic] = await aCritic();
  const overflow: ContextOverflow = { status: 'context-overflow', reason: 'full' };
  const answers = [new Error('lost'), overflow, 'without a number', 'x -7'];
  expect(await ask(createLookAheadPolicy(aPolicy(answers), critic, { candidates: 4 }))).toMatchObject({ text: 'x -7' });
});

test('where no candidate is left it fails as the policy or the critic does', async () => {
  const [critic, server] = await aCritic();
  const first = new Error('first');
  const failing = aPolicy([first, new Error('second')]);
  await expect(ask(createLookAheadPolicy(failing, critic, { candidates: 2 }))).rejects.toBe(first);
  expect(server.requests).toEqual([]);
  await expect(ask(createLookAheadPolicy(aPolicy(['none']), critic, { candidates: 2 }))).rejects.toMatchObject({
    ...{ name: 'PolicyError', code: 'retries-exhausted', message: expect.stringContaining('no opinion') },
  });
});

test('the context has overflown where it has for every candidate that was answered', async () => {
  const [critic] = await aCritic();
  const overflow: ContextOverflow = { status: 'context-overflow', reason: 'full' };
  expect(await ask(createLookAheadPolicy(aPolicy([overflow]), critic, { candidates: 3 }))).toBe(overflow);
  const mixed = aPolicy([new Error('lost'), overflow]);
  expect(await ask(createLookAheadPolicy(mixed, critic, { candidates: 2 }))).toBe(overflow);
});

const malformed = (text: string): Turn => ({ text, toolCalls: [], malformed: { kind: 'unreadable', text: 'What?' } });

test('a turn that cannot be read loses to one that can, unless that does not matter', async () => {
  const [critic, server] = await aCritic();
  const answers = [malformed('a 9'), 'b 1', 'c 2'];
  expect(await ask(createLookAheadPolicy(aPolicy(answers), critic, { candidates: 3 }))).toMatchObject({ text: 'c 2' });
  expect(server.requests).toHaveLength(2);
  const indifferent = { candidates: 3, prefersReadable: false };
  expect(await ask(createLookAheadPolicy(aPolicy(answers), critic, indifferent))).toMatchObject({ text: 'a 9' });
  const unreadable = aPolicy([malformed('a 1'), malformed('b 5')]);
  expect(await ask(createLookAheadPolicy(unreadable, critic, { candidates: 2 }))).toMatchObject({ text: 'b 5' });
});

test('a score that is no number chooses nothing', async () => {
  const scores = [Number.NaN, -1, Number.POSITIVE_INFINITY];
  const critic: Critic = { name: 'odd', score: async () => ({ score: scores.shift()! }) };
  const policy = createLookAheadPolicy(aPolicy(['a', 'b', 'c']), critic, { candidates: 3 });
  expect(await ask(policy)).toMatchObject({ text: 'b' });
  const nonsense: Critic = { name: 'odd', score: async () => ({ score: Number.NaN }) };
  await expect(ask(createLookAheadPolicy(aPolicy(['a']), nonsense))).rejects.toMatchObject({ code: 'bad-answer' });
});

test('is ended by the signal while it samples and while it scores', async () => {
  const silent = await startSmallServer(() => () => {});
  const critic = openPoolingCritic({ baseUrl: `http://${silent.host}`, model: 'critic' });
  ends.push(async () => {
    await critic.close();
    await silent.close();
  });
  const waiting: Policy = {
    name: 'waiting',
    respond: (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })),
  };
  for (const policy of [aPolicy(['a']), waiting]) {
    const abort = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => abort.abort(reason), 30);
    await expect(ask(createLookAheadPolicy(policy, critic), abort.signal)).rejects.toBe(reason);
  }
});

test.each([0, 1.5, Number.NaN])('refuses %d candidates', (candidates) => {
  const critic: Critic = { name: 'none', score: async () => ({ score: 0 }) };
  expect(() => createLookAheadPolicy(aPolicy(['a']), critic, { candidates })).toThrow(
    expect.objectContaining({ name: 'PolicyError', code: 'invalid-options' }),
  );
});

/** A model server that says another number each time, and a policy of it. */
async function aModel(engine: 'vllm' | 'sglang', temperature: number) {
  let said = 0;
  const server = await startSmallModel({
    engine,
    chat() {
      const answer = recorded(`${engine}/chat-stop`);
      const [choice, ...others] = (answer.body as { choices: { message: object }[] }).choices;
      said += 1;
      const message = { ...choice!.message, content: `Number ${[3, 9, 4][(said - 1) % 3]}` };
      return { ...answer, body: { ...(answer.body as object), choices: [{ ...choice, message }, ...others] } };
    },
  });
  const policy = await openModelPolicy({
    ...{ baseUrl: server.baseUrl, model: 'tiny', format: nativeFormat, sampling: { temperature, seed: 7 } },
  });
  ends.push(async () => {
    await policy.close();
    await server.close();
  });
  return { policy, server };
}

test.each(['vllm', 'sglang'] as const)(
  'the turn of a model (%s) is recorded as it is, with numbers of the others',
  async (engine) => {
    const [critic] = await aCritic();
    const { policy, server } = await aModel(engine, 0.5);
    const ahead = createLookAheadPolicy(policy, critic, { candidates: 3, name: 'ahead' });
    expect(policy.description.capture).toBe('train');
    expect(ahead.description).toMatchObject({ capture: 'eval', record: { name: 'ahead', model: 'tiny', engine } });
    const turn = (await ask(ahead)) as Turn;
    expect(turn.text).toBe('Number 9');
    const { record } = turn.sample!;
    expect(record.response.content).toBe('Number 9');
    const note = record.sampling_effective.look_ahead as { chosen: number; scores: number[]; discarded_tokens: number };
    expect(note).toMatchObject({ candidates: 3, sampled: 3 });
    expect([...note.scores].sort()).toEqual([3, 4, 9]);
    expect(note.scores[note.chosen]).toBe(9);
    expect(note.discarded_tokens).toBe(2 * record.usage!.completion_tokens);
    expect(record.sampling_requested).not.toHaveProperty('look_ahead');
    const turns = server.turns();
    const seeds = turns.map(({ body }) => body.seed ?? body.sampling_seed);
    expect(new Set(seeds).size).toBe(3);
    const keys = turns.map(({ headers }) => headers['x-smg-routing-key']);
    expect(new Set(keys)).toEqual(new Set([engine === 'sglang' ? 'r1' : undefined]));
  },
);

test('a model at temperature 0 has nothing to choose from', async () => {
  const [critic, server] = await aCritic();
  const { policy } = await aModel('vllm', 0);
  await expect(ask(createLookAheadPolicy(policy, critic, { candidates: 2 }))).rejects.toMatchObject({
    ...{ name: 'PolicyError', code: 'invalid-options', message: expect.stringContaining('temperature 0') },
  });
  expect(server.requests).toEqual([]);
  const alone = createLookAheadPolicy(policy, critic, { candidates: 1 });
  expect(alone.description!.capture).toBe('train');
  expect(await ask(alone)).toMatchObject({ sample: { record: { sampling_effective: { look_ahead: { chosen: 0 } } } } });
});

test('of a rollout only what was chosen is executed and recorded', async () => {
  const [critic] = await aCritic();
  const command = (text: string, input: string): Turn => ({
    ...{ text, toolCalls: [{ id: 'c1', tool: 'bash', input: { command: input } }] },
  });
  const submit: Turn = { text: '', toolCalls: [{ id: 'c2', tool: 'submit', input: {} }] };
  const candidates = [
    command('', 'echo 1 >> made'),
    command('', 'echo 4; cat made; # 4'),
    command('', 'echo 2 >> made'),
  ];
  const asked = aPolicy([...candidates, submit, submit, { ...submit, text: 'Best: 5' }]);
  const likes: Critic = {
    name: 'likes',
    async score(messages, options) {
      const { content } = messages.at(-1)!;
      return content ? { score: 9 } : critic.score([{ role: 'assistant', content: textOf(messages.at(-1)!) }], options);
    },
  };
  const provider = await createSandboxProvider({ backend: 'auto' });
  ends.push(() => provider.close());
  const trajectory = await withSandbox(provider, { base: undefined, changes: new Map() }, (sandbox) =>
    runRollout({
      ...{ id: 'r1', sandbox, toolSet: createPlainToolSet(), role: { submission: { kind: 'patch' }, extra: [] } },
      policy: createLookAheadPolicy(asked, likes, { candidates: 3 }),
      prompt: [{ role: 'user', text: 'Fix it.' }],
    }),
  );
  expect(trajectory.end).toEqual({ status: 'submitted', paths: [] });
  expect(trajectory.messages.map(({ text }) => text)).toEqual([
    ...['Fix it.', '', expect.stringMatching(/^exit code 1\n4\ncat: /), 'Best: 5', 'Submitted.'],
  ]);
  expect(trajectory.turns).toHaveLength(2);
});

/** The command of a call, whose last number the critic likes. */
function textOf({ tool_calls: calls }: ChatMessage): string {
  const { command = '0' } = JSON.parse(calls![0]!.function.arguments) as { command?: string };
  return command;
}
