import { createSandboxProvider, SandboxError, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Conversation, Message } from './conversation.js';
import { createScriptedPolicy, type ScriptStep } from './policies/scripted.js';
import type { Policy } from './policy.js';
import { type RolloutRequest, runRollout } from './run-rollout.js';
import type { AnyTool, Tool } from './tool.js';
import { createToolSet, type ToolSet } from './tool-set.js';
import { createPlainToolSet } from './tool-sets/plain.js';
import { createBashTool } from './tools/bash.js';
import type { Trajectory } from './trajectory.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

const PROMPT: readonly Message[] = [{ role: 'user', text: 'Do it.' }];
const FILES = new Map([['note.txt', { mode: '100644' as const, content: Buffer.from('old\n') }]]);
const SUBMIT: ScriptStep = { toolCalls: [{ tool: 'submit' }] };

function bash(command: string): ScriptStep {
  return { toolCalls: [{ tool: 'bash', input: { command } }] };
}

const PATCH = { submission: { kind: 'patch' }, extra: [] } as const;

function play(policy: Policy, request: Partial<RolloutRequest> = {}): Promise<Trajectory> {
  const toolSet = createPlainToolSet();
  return withSandbox(provider, { base: undefined, changes: FILES }, (sandbox) =>
    runRollout({ id: 'one', policy, sandbox, toolSet, role: PATCH, prompt: PROMPT, ...request }),
  );
}

function setOf(...tools: AnyTool[]) {
  return createToolSet('own', () => tools);
}

function replies(trajectory: Trajectory): string[] {
  return trajectory.messages.filter(({ role }) => role === 'tool').map(({ text }) => text);
}

test('plays commands in one workspace until the policy submits', async () => {
  const trajectory = await play(
    createScriptedPolicy([bash('echo new > note.txt; cd /; exit 3'), bash('cat note.txt'), SUBMIT]),
  );
  expect(trajectory.end).toEqual({ status: 'submitted', paths: [] });
  expect(replies(trajectory)).toEqual(['exit code 3\n', 'exit code 0\nnew\n', 'Submitted.']);
  expect(trajectory.turns).toHaveLength(3);
  expect(trajectory.messages[0]).toEqual(PROMPT[0]);
});

test('is JSON as it stands', async () => {
  const trajectory = await play(createScriptedPolicy([bash('echo "$HOME"'), SUBMIT]));
  expect(JSON.parse(JSON.stringify(trajectory))).toEqual({ ...trajectory, description: undefined });
});

test('lets a turn follow from what has been said', async () => {
  const echo = ({ messages }: Conversation) => ({
    toolCalls: [{ tool: 'bash', input: { command: `echo seen ${messages.length}` } }],
  });
  const trajectory = await play(createScriptedPolicy([bash('true'), echo, SUBMIT]));
  expect(replies(trajectory)[1]).toBe('exit code 0\nseen 3\n');
});

test('tells the policy what was wrong with a call and goes on', async () => {
  const calls = [
    { tool: 'fly', input: {} },
    { tool: 'bash', input: { cmd: 'ls' } },
    { tool: 'bash', input: { command: 'echo on' } },
  ];
  const trajectory = await play(createScriptedPolicy([{ toolCalls: calls }, SUBMIT]));
  const [unknown, wrong, right] = replies(trajectory);
  expect(unknown).toBe('There is no tool "fly". The tools are: bash, submit.');
  expect(wrong).toMatch(/^Wrong input for bash: .*command/s);
  expect(right).toBe('exit code 0\non\n');
  expect(trajectory.end.status).toBe('submitted');
});

test('does not execute what follows a submission in the same turn', async () => {
  const toolCalls = [{ tool: 'submit' }, { tool: 'bash', input: { command: 'echo late' } }];
  expect(replies(await play(createScriptedPolicy([{ toolCalls }])))).toEqual(['Submitted.']);
});

test('ends as given up where the policy makes no call', async () => {
  const trajectory = await play(createScriptedPolicy([bash('true'), { text: 'I cannot.' }]));
  expect(trajectory.end).toEqual({ status: 'gave-up', reason: 'I cannot.' });
});

test('ends at the limit of turns', async () => {
  const trajectory = await play(createScriptedPolicy(Array.from({ length: 9 }, () => bash('true'))), { maxTurns: 4 });
  expect(trajectory.end).toEqual({ status: 'turn-limit', maxTurns: 4 });
  expect(trajectory.turns).toHaveLength(4);
});

test('bounds a command and says how it ended', async () => {
  const toolSet = createPlainToolSet({ timeoutMs: 500, maxReplyLength: 100 });
  const script = createScriptedPolicy([bash('sleep 60'), bash('seq 1 1000'), SUBMIT]);
  const [slow, long] = replies(await play(script, { toolSet }));
  expect(slow).toMatch(/^killed: still running after 0\.\d s/);
  expect(long).toMatch(/^exit code 0\n1\n2\n.*characters left out.*999\n1000\n$/s);
  expect(long!.length).toBeLessThan(200);
});

test('runs commands that are longer than an argument may be', async () => {
  const command = `echo ${'a'.repeat(99_000)} | wc -c`;
  expect(replies(await play(createScriptedPolicy([bash(command), SUBMIT])))[0]).toBe('exit code 0\n99001\n');
});

test('hands on the files that are submitted', async () => {
  const role = { submission: { kind: 'files', names: ['a', 'b'] }, extra: [] } as const;
  const script = createScriptedPolicy([{ toolCalls: [{ tool: 'submit', input: { paths: ['out/a', 'out/b'] } }] }]);
  expect((await play(script, { role })).end).toEqual({ status: 'submitted', paths: ['out/a', 'out/b'] });
});

test('ends in time even where the policy ignores its signal', async () => {
  const silent: Policy = { name: 'silent', respond: () => new Promise(() => {}) };
  const trajectory = await play(silent, { timeoutMs: 200 });
  expect(trajectory.end).toEqual({ status: 'timed-out', timeoutMs: 200 });
  expect(trajectory.durationMs).toBeLessThan(5_000);
});

test('is cancelled from outside in the middle of a command', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 300);
  const trajectory = await play(createScriptedPolicy([bash('sleep 60'), SUBMIT]), { signal: abort.signal });
  expect(trajectory.end).toEqual({ status: 'cancelled' });
  expect(trajectory.durationMs).toBeLessThan(10_000);
});

test('out of time while its server fails, a policy has failed and the task has not', async () => {
  const troubled: Policy = {
    name: 'troubled',
    respond(_, { onRetry }) {
      onRetry?.('503: the weights are updated');
      return new Promise(() => {});
    },
  };
  const { end } = await play(troubled, { timeoutMs: 200 });
  expect(end).toEqual({
    status: 'policy-failed',
    reason: 'Its server still failed after 0.2 s: 503: the weights are updated',
  });
  const over: Policy = {
    name: 'over it',
    respond(conversation, options) {
      if (conversation.messages.length === 1) options.onRetry?.('503');
      if (conversation.messages.length > 1) return new Promise(() => {});
      return createScriptedPolicy([bash('true')]).respond(conversation, options);
    },
  };
  expect((await play(over, { timeoutMs: 400 })).end.status).toBe('timed-out');
});

test('a conversation that becomes too long ends; a prompt that never fitted is nobody’s failure', async () => {
  const short = (turns: number): Policy => ({
    name: 'short',
    respond: async (conversation, options) =>
      conversation.messages.filter(({ role }) => role === 'assistant').length < turns
        ? createScriptedPolicy([bash('true')]).respond(conversation, options)
        : { status: 'context-overflow', reason: '2049 of 2048 tokens' },
  });
  expect((await play(short(1))).end).toEqual({ status: 'context-overflow', reason: '2049 of 2048 tokens' });
  expect((await play(short(0))).end).toEqual({
    status: 'policy-failed',
    reason: "The prompt does not fit into the model's context: 2049 of 2048 tokens",
  });
});

test('says nothing that is no text to a policy', async () => {
  const half: Tool<Record<string, never>> = {
    name: 'half',
    description: 'Replies with half a character.',
    input: z.strictObject({}),
    execute: async () => ({ status: 'replied', text: 'a\ud83d' }),
  };
  const trajectory = await play(createScriptedPolicy([{ toolCalls: [{ tool: 'half' }] }]), { toolSet: setOf(half) });
  expect(replies(trajectory)).toEqual(['a\ufffd']);
});

test('answers what it cannot read, counts it, and ends after too many in a row', async () => {
  const malformed = { kind: 'no-call', text: 'Call a tool.' } as const;
  const answers = (turns: readonly ('call' | 'talk')[]): Policy => ({
    name: 'talkative',
    respond: async ({ messages }) => {
      const position = messages.filter(({ role }) => role === 'assistant').length;
      if (turns[position] === 'talk') return { text: 'Well.', toolCalls: [], malformed };
      return { text: '', toolCalls: [{ id: `${position}`, tool: 'bash', input: { command: 'true' } }] };
    },
  });
  const talks = await play(answers(['talk', 'talk', 'call', 'talk', 'talk', 'talk']), { maxFormatErrors: 2 });
  expect(talks.end).toEqual({ status: 'format-errors', reason: 'Call a tool.' });
  expect([talks.turns.length, talks.formatErrors]).toEqual([6, 5]);
  expect(talks.messages[2]).toEqual({ role: 'user', text: 'Call a tool.' });
  expect(talks.turns.map(({ format_error }) => format_error ?? '')).toEqual([
    ...['no-call', 'no-call', '', 'no-call', 'no-call', 'no-call'],
  ]);
  const strict = await play(answers(['talk']), { maxFormatErrors: 0 });
  expect([strict.end.status, strict.turns.length]).toEqual(['format-errors', 1]);
});

test('with a final message, a submission stands until the policy has no more to do, and may be made anew', async () => {
  const toolSet: ToolSet = { ...createPlainToolSet(), endsWith: 'final-message' };
  const script = createScriptedPolicy([SUBMIT, bash('echo more'), SUBMIT, { text: 'Done.' }]);
  const trajectory = await play(script, { toolSet });
  expect(trajectory.end).toEqual({ status: 'submitted', paths: [] });
  expect(trajectory.turns).toHaveLength(4);
  const endless = createScriptedPolicy([SUBMIT, ...Array.from({ length: 9 }, () => bash('true'))]);
  expect((await play(endless, { toolSet, maxTurns: 3 })).end.status).toBe('turn-limit');
});

test('closes what its tools hold, whatever the end', async () => {
  let closed = 0;
  const holding: AnyTool = { ...createBashTool(), close: async () => void closed++ };
  await play(createScriptedPolicy([bash('true')]), { toolSet: setOf(holding) });
  await play({ name: 'broken', respond: () => Promise.reject(new Error('gone')) }, { toolSet: setOf(holding) });
  expect(closed).toBe(2);
});

test('tells a policy that failed from one that gave up', async () => {
  const broken: Policy = { name: 'broken', respond: () => Promise.reject(new Error('no route to the model')) };
  expect((await play(broken)).end).toEqual({ status: 'policy-failed', reason: 'no route to the model' });
});

test('tells a sandbox that failed from a command that failed', async () => {
  const trajectory = await withSandbox(provider, { base: undefined, changes: FILES }, async (sandbox) => {
    await sandbox.close();
    const policy = createScriptedPolicy([bash('true')]);
    return runRollout({ id: 'one', policy, sandbox, toolSet: setOf(createBashTool()), role: PATCH, prompt: PROMPT });
  });
  expect(trajectory.end.status).toBe('sandbox-failed');
});

test('a request that the sandbox refuses is told to the policy', async () => {
  const read: Tool<{ path: string }> = {
    name: 'read',
    description: 'Reads a file.',
    input: z.strictObject({ path: z.string() }),
    async execute({ path }, { sandbox }) {
      return { status: 'replied', text: Buffer.from(await sandbox.readFile(path)).toString() };
    },
  };
  const calls = [
    { tool: 'read', input: { path: 'absent.txt' } },
    { tool: 'read', input: { path: 'note.txt' } },
  ];
  const trajectory = await play(createScriptedPolicy([{ toolCalls: calls }]), { toolSet: setOf(read) });
  expect(replies(trajectory)[1]).toBe('old\n');
  expect(replies(trajectory)[0]).not.toBe('');
  expect(trajectory.end.status).toBe('gave-up');
});

test('does not swallow errors that are nobody’s failure', async () => {
  const faulty: Tool<Record<string, never>> = {
    name: 'faulty',
    description: 'Fails.',
    input: z.strictObject({}),
    execute: () => Promise.reject(new TypeError('a fault of the tool')),
  };
  const policy = createScriptedPolicy([{ toolCalls: [{ tool: 'faulty' }] }]);
  const rollout = play(policy, { toolSet: setOf(faulty) });
  await expect(rollout).rejects.toThrow(TypeError);
  await expect(rollout).rejects.not.toBeInstanceOf(SandboxError);
});

test('one scripted policy plays many rollouts at once', async () => {
  const policy = createScriptedPolicy([bash('echo 1'), bash('echo 2'), SUBMIT]);
  const trajectories = await Promise.all([play(policy), play(policy), play(policy)]);
  for (const trajectory of trajectories) {
    expect(replies(trajectory)).toEqual(['exit code 0\n1\n', 'exit code 0\n2\n', 'Submitted.']);
  }
});
