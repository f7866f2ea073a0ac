import { rmSync } from 'node:fs';
import {
  createPlainToolSet,
  createScriptedPolicy,
  type Policy,
  type ScriptStep,
  type Trajectory,
} from '@swe-selfplay/adapter';
import { type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { createTestRunner, EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, write } from '../../artifact/test-support/temporary.js';
import { makeLibraryWithHistory } from '../test-support/library-with-history.js';
import { bash, check, makeArtifact, submit } from '../test-support/scripted-injection.js';
import { SMALL_LIBRARY } from '../test-support/small-library.js';
import type { Injection, InjectOptions } from './injector.js';
import { createPolicyInjector, type PolicyInjectorOptions } from './policy-injector.js';
import { validateArtifact } from './validate-artifact.js';

let provider: SandboxProvider;
let runner: TestRunner;
let directory: string;
let environment: Environment;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  directory = makeLibraryWithHistory();
  environment = await openEnvironment({ directory });
});
afterAll(async () => {
  await environment.close();
  await provider.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Played {
  readonly injection: Injection;
  readonly trajectory: Trajectory;
}

async function play(
  steps: readonly ScriptStep[],
  options: Omit<PolicyInjectorOptions, 'provider'> = {},
  injectOptions: Partial<InjectOptions> & { readonly on?: Environment } = {},
): Promise<Played> {
  const trajectories: Trajectory[] = [];
  const onTrajectory = (trajectory: Trajectory) => trajectories.push(trajectory);
  const policy = createScriptedPolicy(steps, { name: 'player' });
  const injector = createPolicyInjector(policy, { provider, toolSet: createPlainToolSet(), ...options });
  const { on = environment, ...rest } = injectOptions;
  const injection = await injector.inject(on, { seed: 1, runner, onTrajectory, ...rest });
  return { injection, trajectory: trajectories[0]! };
}

const repliesOf = ({ messages }: Trajectory) => messages.filter(({ role }) => role === 'tool').map(({ text }) => text);

test.each(['direct', 'removal', 'history'] as const)(
  '%s: a policy that follows the prompt hands in a valid artifact',
  async (strategy) => {
    const explore = bash('git log --oneline; git show --stat HEAD | cat; ls; git status --short');
    const { injection, trajectory } = await play(
      [explore, ...makeArtifact(strategy), check(), submit(), { text: 'Done.' }],
      { strategy, toolSet: undefined },
      { seed: 7, trajectoryId: 'episode-7' },
    );
    if (injection.status !== 'submitted') throw new Error(injection.reason);
    expect(injection.artifact.provenance).toEqual({
      formatVersion: 1,
      strategy,
      seed: 7,
      policy: 'player',
      environment: environment.name,
      details: { trajectory: 'episode-7', toolSet: 'cwm' },
    });
    const report = await validateArtifact(injection.artifact, environment, { runner });
    expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
    // The check ran it all already.
    expect(report.runs.executed).toBe(0);
    const replies = repliesOf(trajectory);
    expect(replies[0]).toMatch(/Add up prices of equal things\n\w+ Add a shop\n/);
    expect(replies[0]).toMatch(/\nshop\ntests\n<\/output>/);
    expect(replies.at(-2)).toContain('The artifact is valid: all checks hold.');
    expect(trajectory).toMatchObject({ id: 'episode-7', end: { status: 'submitted' } });
    expect(trajectory.toolEvents.filter(({ tool }) => tool === 'check')).toHaveLength(1);
  },
);

test('nothing of the workspace counts but the five files', async () => {
  const wreck = bash(`
    mkdir -p .git/hooks && printf '#!/bin/sh\\necho hooked\\n' > .git/hooks/post-checkout && chmod +x .git/hooks/*
    git config core.fsmonitor 'touch /tmp/monitored'; git config alias.diff '!true'
    echo 'raise SystemExit("site")' > sitecustomize.py; echo 'raise SystemExit' > tests/test_shop.py
    mkdir -p artifact tests/artifact; for file in .bug-artifact/*; do echo wrong > artifact/\${file##*/}; echo wrong > tests/\${file##*/}; done
    ln -s /etc/passwd .bug-artifact/artifact.json; mkfifo pipe .bug-artifact/pipe; ln -s / .bug-artifact/root
    head -c 900M /dev/zero > large; rm -rf shop; chmod 000 tests; (sleep 100 > /dev/null 2>&1 &)
    df . | tail -1`);
  const { injection } = await play([...makeArtifact('direct'), wreck, submit(['.bug-artifact'])], {
    strategy: 'direct',
  });
  if (injection.status !== 'submitted') throw new Error(injection.reason);
  expect((await validateArtifact(injection.artifact, environment, { runner })).status).toBe('valid');
});

/** Files of an artifact that can be read, and no more. */
const DRAFT = [
  bash(`cd .bug-artifact && echo true > test_script.sh && echo 'print("{}")' > test_parser.py
echo a > test_files.txt; printf 'diff --git a/x b/x\\nnew file mode 100644\\n' > bug_inject.diff; cp bug_inject.diff test_weaken.diff`),
];

test('what is no artifact is as good as none, and the reason says why', async () => {
  const damage = bash('rm .bug-artifact/test_parser.py; echo nothing > .bug-artifact/bug_inject.diff');
  const { injection } = await play([...DRAFT, damage, submit()], { strategy: 'direct', check: false });
  expect(injection).toEqual({
    status: 'gave-up',
    reason: 'The submission is no bug artifact: test_parser.py: The file ".bug-artifact/test_parser.py" is not there.',
  });
});

test('removal or history is drawn by the seed of the group, and both come', async () => {
  const drawn = new Set<string>();
  for (let groupSeed = 1; groupSeed <= 6; groupSeed += 1) {
    const prompts: string[] = [];
    for (const seed of [10, 11]) {
      const { injection, trajectory } = await play([...DRAFT, submit()], { check: false }, { seed, groupSeed });
      if (injection.status !== 'submitted') throw new Error(injection.reason);
      const { strategy, details } = injection.artifact.provenance!;
      expect(details).toMatchObject({ drawnFrom: 'removal-or-history', groupSeed });
      drawn.add(strategy!);
      prompts.push(trajectory.messages[1]!.text);
      expect(prompts.at(-1)).toContain(strategy === 'removal' ? '## The bug: remove code' : '## The bug: bring back');
    }
    expect(prompts[0]).toBe(prompts[1]);
  }
  expect([...drawn].sort()).toEqual(['history', 'removal']);
});

test('without a history there is one commit, removal in the place of history, and no word of it in the prompt', async () => {
  const plain = temporaryDirectory();
  write(plain, SMALL_LIBRARY as Record<string, string>);
  const on = await openEnvironment({ directory: plain });
  try {
    const log = bash('git log --oneline | wc -l; git status --short');
    const { injection, trajectory } = await play([log, ...makeArtifact('removal'), check(), submit()], {}, { on });
    if (injection.status !== 'submitted') throw new Error(injection.reason);
    expect(injection.artifact.provenance).toMatchObject({
      strategy: 'removal',
      details: { drawnFrom: 'removal-or-history', withoutHistory: 'the directory is no git repository' },
    });
    expect(repliesOf(trajectory)[0]!.trim()).toMatch(/\n1$/);
    expect(repliesOf(trajectory).at(-2)).toContain('The artifact is valid');
    expect(trajectory.messages[1]!.text).not.toMatch(/git log|git show/);
    await expect(play([submit()], { strategy: 'history' }, { on })).rejects.toMatchObject({
      name: 'InjectorError',
      code: 'no-history',
      message: expect.stringContaining('is no git repository'),
    });
  } finally {
    await on.close();
  }
});

test('the trajectory holds the prompt as it was sent, with replaced parts, and the tools', async () => {
  const prompts = { system: 'Be brief.\n', task: 'Break it with {{minChangedFiles}} files.\n' };
  const { trajectory } = await play([], { strategy: 'direct', prompts, rules: { minChangedFiles: 3 } });
  const [system, user] = trajectory.messages;
  expect(system).toEqual({ role: 'system', text: 'Be brief.' });
  expect(user!.text).toMatch(/^Break it with 3 files\.\n\n## The repository\n/);
  expect(trajectory.turns[0]!.messages_delta).toEqual([
    { role: 'system', content: system!.text },
    { role: 'user', content: user!.text },
  ]);
  expect(trajectory.tools.map(({ name }) => name)).toEqual(['bash', 'check', 'submit']);
});

test('the stages of an episode are entered in order, with the trajectory before the last', async () => {
  const seen: string[] = [];
  const pass = { enter: async (stage: string) => void seen.push(stage) };
  await play([...DRAFT, submit()], { onTrajectory: () => seen.push('trajectory') }, { pass });
  expect(seen).toEqual(['prepare', 'run', 'trajectory', 'judge']);
});

test('an episode that is called off ends with the reason', async () => {
  const calledOff = new AbortController();
  const waiting = bash('sleep 30');
  setTimeout(() => calledOff.abort(new Error('called off')), 1500);
  await expect(play([waiting, submit()], {}, { signal: calledOff.signal })).rejects.toThrow('called off');
});

test('a policy that stops gave up', async () => {
  expect((await play([bash('ls'), { text: 'No idea.' }])).injection).toEqual({ status: 'gave-up', reason: 'No idea.' });
});

test('a policy that cannot answer is no injector that gave up', async () => {
  const broken: Policy = { name: 'broken', respond: () => Promise.reject(new Error('no route to the model')) };
  const injection = createPolicyInjector(broken, { provider }).inject(environment, { seed: 1, runner });
  await expect(injection).rejects.toThrow(EvaluationError);
  await expect(injection).rejects.toMatchObject({ code: 'infra' });
});

test.each([
  ['a strategy', { strategy: 'sabotage' }],
  ['a number of checks', { check: { max: -1 } }],
  ['a prompt', { prompts: { remove: 'text' } }],
  ['a text', { prompts: { removal: undefined } }],
  ['a rule', { rules: { minPassingTest: 3 } }],
])('%s that cannot be is refused at once', (_, options) => {
  const create = () => createPolicyInjector(createScriptedPolicy([]), { provider, ...(options as object) });
  expect(create).toThrow(/sabotage|-1|remov|minPassingTest/);
});
