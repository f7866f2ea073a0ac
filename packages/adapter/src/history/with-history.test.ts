import { createSandboxProvider, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import { expandTurns } from '@swe-selfplay/trajectory';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startModelServer } from '../../test-support/model-server/model-server.js';
import { type CallFormat, playSteps, type ScriptedStep } from '../../test-support/model-server/scripted-models.js';
import type { Message } from '../conversation.js';
import type { ModelPolicyOptions } from '../model-policy/model-policy-options.js';
import { openModelPolicy } from '../model-policy/open-model-policy.js';
import { createScriptedPolicy } from '../policies/scripted.js';
import { runRollout } from '../run-rollout.js';
import { cwmFormat } from '../tool-formats/cwm.js';
import { nativeFormat } from '../tool-formats/native.js';
import { createPlainToolSet } from '../tool-sets/plain.js';
import type { Trajectory } from '../trajectory.js';
import { firstMalformedOnly } from './first-malformed.js';
import { lastObservations } from './last-observations.js';
import { type HistoryProcessor, withHistory } from './with-history.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string | null }[];
  readonly seed?: number;
}

/** Plays the steps and tells what was sent for each turn. */
async function play(
  steps: readonly ScriptedStep[],
  format: CallFormat,
  processors: readonly HistoryProcessor[],
  options: Partial<ModelPolicyOptions> = {},
): Promise<{ trajectory: Trajectory; sent: readonly Body[] }> {
  const server = await startModelServer({ engine: 'vllm', model: ({ body }) => model(body as unknown as Body) });
  // How often the model has spoken cannot be counted in what it is shown.
  let turn = 0;
  async function model(body: Body) {
    const isProbe = body.messages[0]?.content === 'Say hello.';
    const step = isProbe ? undefined : steps[turn++];
    return playSteps([], { format, ...(step && { afterwards: step }) })({ messages: [], tools: [], turn: 0, body: {} });
  }
  const policy = await openModelPolicy({
    baseUrl: server.url,
    model: 'toy',
    format: format === 'native' ? nativeFormat : cwmFormat,
    sampling: { seed: 7 },
    ...options,
  });
  try {
    const trajectory = await withSandbox(provider, { base: undefined, changes: new Map() }, (sandbox) =>
      runRollout({
        id: 'one',
        policy: withHistory(policy, ...processors),
        sandbox,
        toolSet: createPlainToolSet(),
        role: { submission: { kind: 'patch' }, extra: [] },
        prompt: [{ role: 'user', text: 'The issue.' }],
        maxFormatErrors: 5,
      }),
    );
    const sent = server.requests.flatMap(({ method, path, body }) =>
      method === 'POST' && path.endsWith('/chat/completions') ? [body as Body] : [],
    );
    return { trajectory, sent: sent.filter(({ messages }) => messages[0]?.content !== 'Say hello.') };
  } finally {
    await policy.close();
    await server.close();
  }
}

const echo = (number: number): ScriptedStep => ({ tool: 'bash', input: { command: `echo out ${number}` } });
const SUBMIT: ScriptedStep = { tool: 'submit', input: {}, text: '.' };

test.each(['native', 'cwm'] as const)(
  'a model is sent %s calls with old output left out, and that is recorded',
  async (format) => {
    const steps = [1, 2, 3, 4, 5, 6, 7].map(echo);
    const { trajectory, sent } = await play([...steps, SUBMIT], format, [lastObservations()]);
    expect(trajectory.end.status).toBe('submitted');
    expect(sent).toHaveLength(8);
    const last = sent
      .at(-1)!
      .messages.filter(({ role }) => role === 'user' || role === 'tool')
      .map(({ content }) => content);
    expect(last).toEqual([
      'The issue.',
      ...Array(2).fill('Old environment output: (2 lines omitted)'),
      ...[3, 4, 5, 6, 7].map((number) => `exit code 0\nout ${number}\n`),
    ]);
    // The rollout itself keeps all that was said.
    expect(trajectory.messages.filter(({ role }) => role === 'tool')[0]?.text).toBe('exit code 0\nout 1\n');
    // Turn 7 is the first that is asked without an observation, and turn 8 leaves out another one.
    expect(trajectory.turns.map((turn) => turn.restarts_messages === true)).toEqual([
      ...Array(6).fill(false),
      true,
      true,
    ]);
    expect(trajectory.turns.map((turn) => turn.extends_turn)).toEqual([null, 0, 1, 2, 3, 4, 0, 0]);
    const contents = (messages: readonly { readonly content?: unknown }[]) =>
      messages.map(({ content }) => content ?? null);
    for (const [index, turn] of expandTurns(trajectory).entries())
      expect(contents(turn.messages)).toEqual(contents(sent[index]!.messages));
  },
);

test('with polling the prompt goes on from the one before in between', async () => {
  const steps = [1, 2, 3, 4, 5, 6, 7].map(echo);
  const { trajectory } = await play([...steps, SUBMIT], 'native', [lastObservations({ keep: 2, polling: 3 })]);
  expect(trajectory.turns.map((turn) => turn.extends_turn)).toEqual([null, 0, 1, 2, 3, 0, 5, 6]);
});

test('what is left out makes room in the context', async () => {
  const long: ScriptedStep = { tool: 'bash', input: { command: 'seq 1 2000' } };
  const steps = [long, echo(2), echo(3), SUBMIT];
  const whole = await play(steps, 'native', [], { contextTokens: 2000 });
  expect(whole.trajectory.turns.at(-1)!.usage!.prompt_tokens).toBeGreaterThan(2000);
  expect(whole.trajectory.end.status).toBe('context-overflow');
  const shortened = await play(steps, 'native', [lastObservations({ keep: 1 })], { contextTokens: 2000 });
  expect(shortened.trajectory.end.status).toBe('submitted');
});

test('malformed turns are gone after a call, and no two turns share a seed or an id', async () => {
  const steps: ScriptedStep[] = [
    echo(1),
    { say: 'first' },
    { say: 'second' },
    { say: 'third' },
    echo(2),
    echo(3),
    SUBMIT,
  ];
  const { trajectory, sent } = await play(steps, 'cwm', [firstMalformedOnly()]);
  expect(trajectory.end.status).toBe('submitted');
  const said = sent.map(({ messages }) =>
    messages.flatMap(({ role, content }) => (role === 'assistant' ? content! : [])),
  );
  expect(said[4]).toHaveLength(4);
  expect(said[5]).toEqual([expect.stringContaining('echo out 1'), 'first', expect.stringContaining('echo out 2')]);
  expect(new Set(sent.map(({ seed }) => seed)).size).toBe(steps.length);
  expect(new Set(trajectory.toolEvents.map((event) => event.call_id)).size).toBe(4);
  const restarts = trajectory.turns.flatMap((turn, index) => (turn.restarts_messages ? index : []));
  expect(restarts).toEqual([5]);
});

test('a policy without a model sees what is processed and takes its turns in order', async () => {
  const seen: (readonly Message[])[] = [];
  const step = (text: string) => (conversation: { readonly messages: readonly Message[] }) => {
    seen.push(conversation.messages);
    return { text, toolCalls: [{ tool: 'bash', input: 'x' }] };
  };
  const lastOnly: HistoryProcessor = (messages) => messages.slice(-1);
  const policy = withHistory(createScriptedPolicy([step('a'), step('b')], { name: 'script' }), lastOnly);
  const options = { signal: new AbortController().signal, rolloutId: 'one' };
  const messages: Message[] = [{ role: 'user', text: 'Issue.' }];
  for (const text of ['a', 'b']) {
    const turn = await policy.respond({ messages: [...messages], tools: [] }, options);
    expect(turn).toMatchObject({ text });
    messages.push({ role: 'assistant', text, toolCalls: [] }, { role: 'user', text: `after ${text}` });
  }
  expect(policy.name).toBe('script');
  expect(seen).toEqual([[{ role: 'user', text: 'Issue.' }], [{ role: 'user', text: 'after a' }]]);
});
