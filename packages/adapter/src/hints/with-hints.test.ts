import { createSandboxProvider, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedPolicy, type ScriptedTurn } from '../policies/scripted.js';
import { runRollout } from '../run-rollout.js';
import { createCwmToolSet } from '../tool-sets/cwm.js';
import { createPlainToolSet } from '../tool-sets/plain.js';
import { createR2eToolSet } from '../tool-sets/r2e.js';
import { type HintOptions, withHints } from './with-hints.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

const plain = createPlainToolSet();
const LAST = 'This is your last step: hand in your work with the tool "submit" now.';
const TOKENS = 'You are running out of tokens: hand in your work with the tool "submit" now.';
const said = (remainingTurns: number, remainingTokens?: number, options?: HintOptions) =>
  withHints(plain, options).formatReply!('out', { remainingTurns, remainingTokens });

test('a reply ends with the steps that remain, and at the last one with what to do', () => {
  expect(said(40)).toBe('out\n\nSteps remaining: 40.');
  expect(said(2)).toBe('out\n\nSteps remaining: 2.');
  expect(said(1)).toBe(`out\n\n${LAST}`);
  expect(said(0)).toBe(`out\n\n${LAST}`);
});

test('tokens are spoken of where they run out', () => {
  expect(said(9, 3001)).toBe('out\n\nSteps remaining: 9.');
  expect(said(9, 3000)).toBe(`out\n\nSteps remaining: 9.\n${TOKENS}`);
  expect(said(1, 0)).toBe(`out\n\n${LAST}\n${TOKENS}`);
  expect(said(9, 3000, { lowTokens: 2000 })).not.toContain('tokens');
});

test('hints stand after what the tool set says itself', () => {
  const budget = { remainingTurns: 3, remainingTokens: undefined };
  const toolSet = withHints(createCwmToolSet());
  expect(toolSet.formatReply!('out', budget)).toBe(
    '<output>\nout\n</output>\n\n<budget>\n* Remaining turns: 3\n</budget>\n\nSteps remaining: 3.',
  );
  expect([toolSet.name, toolSet.endsWith]).toEqual(['cwm+hints', 'final-message']);
});

async function play(turns: readonly ScriptedTurn[], options: HintOptions, maxTurns: number) {
  return withSandbox(provider, { base: undefined, changes: new Map() }, (sandbox) =>
    runRollout({
      id: 'one',
      sandbox,
      toolSet: withHints(plain, options),
      role: { submission: { kind: 'patch' }, extra: [] },
      prompt: [{ role: 'user', text: 'Go.' }],
      policy: createScriptedPolicy(turns),
      maxTurns,
    }),
  );
}

const BASH: ScriptedTurn = { toolCalls: [{ tool: 'bash', input: 'true' }] };
const SUBMIT: ScriptedTurn = { toolCalls: [{ tool: 'submit', input: {} }] };

test('the steps that remain are those after the one that was just taken', async () => {
  const maximum = 6;
  const { messages, end } = await play([...Array(maximum - 1).fill(BASH), SUBMIT], {}, maximum);
  const hints = messages.flatMap((message) => (message.role === 'tool' ? message.text.split('\n').at(-1) : []));
  // The source counts its steps from 1 and tells N = maximum - step + 1 before it takes one, not before the first.
  const told = [2, 3, 4, 5, 6].map((step) => maximum - step + 1);
  expect(told).toEqual([5, 4, 3, 2, 1]);
  expect(hints.slice(0, -1)).toEqual(told.map((left) => (left > 1 ? `Steps remaining: ${left}.` : LAST)));
  expect(end.status).toBe('submitted');
});

test('an early submission is turned down with the number of steps that are missing', async () => {
  const unknown: ScriptedTurn = { toolCalls: [{ tool: 'bash', input: {} }] };
  const { messages, end } = await play([SUBMIT, BASH, unknown, SUBMIT, BASH, SUBMIT], { minSteps: 2 }, 10);
  const replies = messages.flatMap((message) => (message.role === 'tool' ? message.text.split('\n', 1) : []));
  expect(replies[0]).toBe('It is too early to hand in: take at least 2 more steps first.');
  expect(replies[3]).toBe('It is too early to hand in: take at least 1 more steps first.');
  expect(end.status).toBe('submitted');
  expect((await play([BASH, BASH, SUBMIT], { minSteps: 2 }, 10)).end.status).toBe('submitted');
});

test('hints name the tool of the set that hands in, and no other', () => {
  const role = { submission: { kind: 'patch' }, extra: [] } as const;
  const r2e = withHints(createR2eToolSet());
  expect(r2e.formatReply!('out', { remainingTurns: 1, remainingTokens: undefined })).toContain(
    'with the tool "finish"',
  );
  expect(r2e.createTools(role).map(({ name }) => name)).toContain('finish');
  expect(() => withHints(plain, { submitTool: 'finish' }).createTools(role)).toThrow(RangeError);
});

test('refuses numbers that are none', () => {
  expect(() => withHints(plain, { minSteps: -1 })).toThrow(RangeError);
  expect(() => withHints(plain, { lowTokens: Number.NaN })).toThrow(RangeError);
});
