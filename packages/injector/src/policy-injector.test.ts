import { fileURLToPath } from 'node:url';
import { createScriptedPolicy, type Policy, type ScriptStep, type Trajectory } from '@swe-selfplay/adapter';
import { ARTIFACT_FILES, type BugArtifact, type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { createTestRunner, EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Injection } from './injector.js';
import { createPolicyInjector } from './policy-injector.js';
import { createProceduralInjector } from './procedural/create-procedural-injector.js';
import { mutation } from './strategies/mutation.js';
import { validateArtifact } from './validate-artifact.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/tallybook/repository', import.meta.url));
const PLACE = '.swe-selfplay-artifact';

let provider: SandboxProvider;
let runner: TestRunner;
let environment: Environment;
let artifact: BugArtifact;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  environment = await openEnvironment({ directory: EXAMPLE });
  const injector = createProceduralInjector({ strategy: mutation() });
  for (let seed = 1; artifact === undefined; seed += 1) {
    const injection = await injector.inject(environment, { seed, runner });
    if (injection.status === 'submitted') artifact = injection.artifact;
  }
}, 300_000);
afterAll(async () => {
  await environment.close();
  await provider.close();
});

const bash = (command: string): ScriptStep => ({ toolCalls: [{ tool: 'bash', input: { command } }] });
const submit = (path: string): ScriptStep => ({ toolCalls: [{ tool: 'submit', input: { path } }] });
/** One call that writes the five files. */
const WRITE = (): ScriptStep =>
  bash(
    ARTIFACT_FILES.map(
      (name) => `base64 -d > ${PLACE}/${name} <<'END'\n${Buffer.from(artifact.files[name]).toString('base64')}\nEND\n`,
    ).reduce((script, part) => script + part, `mkdir ${PLACE}\n`),
  );

function inject(
  steps: readonly ScriptStep[],
  onTrajectory: (trajectory: Trajectory) => void = () => {},
): Promise<Injection> {
  const injector = createPolicyInjector(createScriptedPolicy(steps, { name: 'player' }), { provider, onTrajectory });
  return injector.inject(environment, { seed: 1, runner });
}

test('a policy explores, writes the five files and submits an artifact that is valid', async () => {
  const trajectories: Trajectory[] = [];
  const explore = bash('ls; python3 -m unittest 2>&1 | tail -1');
  const injection = await inject([explore, WRITE(), submit(PLACE)], (trajectory) => trajectories.push(trajectory));
  if (injection.status !== 'submitted') throw new Error(injection.reason);
  expect(injection.artifact.id).toBe(artifact.id);
  expect((await validateArtifact(injection.artifact, environment, { runner })).status).toBe('valid');
  const [{ messages, end, policy }] = trajectories as [Trajectory];
  expect([policy, end]).toEqual(['player', { status: 'submitted', path: PLACE }]);
  expect(messages.find(({ role }) => role === 'tool')!.text).toMatch(/^exit code 0\nREADME.md\ntallybook\ntests\nOK/);
});

test('the state of the workspace does not matter, nor how the directory is named', async () => {
  const wreck = bash('rm -rf tallybook tests && pwd');
  const absolute: ScriptStep = ({ messages }) => {
    const workdir = messages.at(-1)!.text.split('\n')[1];
    return { toolCalls: [{ tool: 'submit', input: { path: `${workdir}/./${PLACE}/` } }] };
  };
  expect(await inject([WRITE(), wreck, absolute])).toMatchObject({
    status: 'submitted',
    artifact: { id: artifact.id },
  });
});

test.each([
  ['a directory that is not there', submit('nowhere'), 'test_script.sh: it is missing.'],
  ['a directory elsewhere', submit('/etc'), 'is not in the repository'],
  ['a directory above', submit('..'), 'is not in the repository'],
])('%s is no submission', async (_, step, reason) => {
  const injection = await inject([WRITE(), step]);
  expect(injection).toMatchObject({ status: 'gave-up', reason: expect.stringContaining(reason) });
});

test.each([
  ['a missing file', `rm ${PLACE}/test_parser.py`, 'test_parser.py'],
  ['a link to a file outside', `ln -sf /etc/hostname ${PLACE}/test_script.sh`, 'test_script.sh'],
  ['a link to a directory outside', `mv ${PLACE} /tmp/x; ln -s /tmp/x ${PLACE}`, 'test_script.sh'],
  ['a device', `rm ${PLACE}/test_script.sh; ln -s /dev/zero ${PLACE}/test_script.sh`, 'test_script.sh'],
  ['a pipe', `rm ${PLACE}/test_script.sh; mkfifo ${PLACE}/test_script.sh`, 'test_script.sh'],
  ['a file as big as the disk', `truncate -s 900M ${PLACE}/test_script.sh`, 'test_script.sh: it is too long.'],
  ['a diff that is none', `echo nothing > ${PLACE}/bug_inject.diff`, 'bug_inject.diff'],
])('%s makes no artifact, and the reason names it', async (_, damage, reason) => {
  const injection = await inject([WRITE(), bash(damage), submit(PLACE)]);
  expect(injection).toMatchObject({ status: 'gave-up', reason: expect.stringContaining(reason) });
});

test('a policy that stops gave up', async () => {
  expect(await inject([bash('ls'), { text: 'No idea.' }])).toEqual({ status: 'gave-up', reason: 'No idea.' });
});

test('a policy that cannot answer is no injector that gave up', async () => {
  const broken: Policy = { name: 'broken', respond: () => Promise.reject(new Error('no route to the model')) };
  const injection = createPolicyInjector(broken, { provider }).inject(environment, { seed: 1, runner });
  await expect(injection).rejects.toThrow(EvaluationError);
  await expect(injection).rejects.toMatchObject({ code: 'infra' });
});
