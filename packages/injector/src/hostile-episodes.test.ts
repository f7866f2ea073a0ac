import { rmSync } from 'node:fs';
import { createPlainToolSet, createScriptedPolicy, type ScriptStep, type Trajectory } from '@swe-selfplay/adapter';
import { ARTIFACT_FILES, type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { createTestRunner } from '@swe-selfplay/evaluation';
import { createNamespacesProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLibraryWithHistory } from '../test-support/library-with-history.js';
import { bash, check, makeArtifact, SUBMITTED, submit } from '../test-support/scripted-injection.js';
import { gatherEvidence } from './gather-evidence.js';
import type { Injection } from './injector.js';
import { createPolicyInjector, type PolicyInjectorOptions } from './policy-injector.js';
import { DEFAULT_RULES } from './validation-rules.js';

const MIB = 1024 ** 2;
const LIMITS = { memoryBytes: 256 * MIB, diskBytes: 96 * MIB, maxProcesses: 64 };

let provider: SandboxProvider;
let bounded: SandboxProvider;
let directory: string;
let environment: Environment;
beforeAll(async () => {
  // Where control groups bound the processes, a session leaves room for the commands beside it.
  provider = await createNamespacesProvider({ useCgroups: false });
  bounded = { ...provider, open: (request) => provider.open({ ...request, limits: LIMITS }) };
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
  readonly replies: readonly string[];
}

async function play(steps: readonly ScriptStep[], options: Partial<PolicyInjectorOptions> = {}): Promise<Played> {
  const played: Trajectory[] = [];
  const injector = createPolicyInjector(createScriptedPolicy([...steps, { text: 'Done.' }]), {
    provider: bounded,
    strategy: 'direct',
    onTrajectory: (trajectory) => void played.push(trajectory),
    ...options,
  });
  const injection = await injector.inject(environment, { seed: 1, runner: createTestRunner({ provider }) });
  const [trajectory] = played as [Trajectory];
  const replies = trajectory.messages.filter(({ role }) => role === 'tool').map(({ text }) => text);
  return { injection, trajectory, replies };
}

const WRITE_FIVE = bash(`cd .bug-artifact; for name in ${ARTIFACT_FILES.join(' ')}; do echo 1 > $name; done; cd ..`);
const HOLD_PROCESSES = bash(`python3 - <<'END' &
import os, time
while True:
    try:
        if os.fork() == 0: time.sleep(1000)
    except OSError: time.sleep(0.01)
END
sleep 1`);

describe('what became of the files after they were handed in is what was handed in: as', () => {
  const each = (line: string) => `for name in ${ARTIFACT_FILES.join(' ')}; do rm -rf $name; ${line} $name; done`;
  test.each([
    ['pipes', each('mkfifo'), /is no regular file/],
    ['directories', each('mkdir'), /is no regular file/],
    ['links', each('ln -s /etc/passwd'), /is a symbolic link/],
    ['nothing', 'rm -f *; mv ../.bug-artifact ../gone; ln -s .bug-artifact ../.bug-artifact', /is not there/],
    ['holes', each('truncate -s 90M'), /Expected at most 32 MiB, got more/],
    ['nothing that may be read', 'chmod 000 * . ..', /is not there|cannot be read/],
    ['one endless line', `head -c 900000 /dev/zero | tr '\\0' '(' > test_files.txt`, /^.{1,5000}$/s],
    ['a full disk', `head -c 200M /dev/zero > /tmp/full 2>/dev/null; echo 1 > test_script.sh`, /no bug artifact/],
  ])('%s', async (_, line, reason) => {
    const { injection, trajectory } = await play([WRITE_FIVE, submit(), bash(`cd .bug-artifact; ${line}`)]);
    expect(trajectory.end.status).toBe('submitted');
    expect(injection).toMatchObject({ status: 'gave-up', reason: expect.stringMatching(reason) });
  });
});

test('an injector that uses up the processes of its sandbox can still check, and loses by itself', async () => {
  const { injection, replies } = await play([
    WRITE_FIVE,
    HOLD_PROCESSES,
    check(),
    bash('echo again'),
    check(),
    submit(),
  ]);
  expect(replies[2]).toContain('This is no bug artifact, so nothing was run:');
  expect(injection).toMatchObject({ status: 'gave-up', reason: expect.stringContaining('no bug artifact') });
});

test('one that uses up the memory does so too, with either set of tools', async () => {
  const hold = bash('python3 -c "x = bytearray(220 << 20); import time; time.sleep(1000)" > /dev/null & sleep 1');
  for (const toolSet of [undefined, createPlainToolSet()]) {
    const { injection, replies } = await play([WRITE_FIVE, hold, check(), submit()], { toolSet });
    expect(replies[2]).toContain('This is no bug artifact, so nothing was run:');
    expect(injection).toMatchObject({ status: 'gave-up', reason: expect.stringContaining('no bug artifact') });
  }
});

test('paths of any kind are answered', async () => {
  const paths = [['/proc/self'], ['a\0b'], ['\ud800'.repeat(4000)], ['\u{1f600}'.repeat(2000)], ['-rf'], ['/dev/zero']];
  const nested = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as string[];
  const { replies, trajectory } = await play([...paths, SUBMITTED, nested].map((given) => check(given)));
  expect(trajectory.end.status).toBe('gave-up');
  expect(replies).toHaveLength(8);
  for (const reply of replies) expect(reply).toMatch(/This is no bug artifact|Wrong input for check/);
  expect(replies.join('')).not.toMatch(/\p{Surrogate}/u);
});

test('what the runs of a bug print is not held for each of its files', async () => {
  const { injection } = await play([...makeArtifact('direct'), submit()], { provider });
  if (injection.status !== 'submitted') throw new Error(injection.reason);
  const gathering = await gatherEvidence({
    original: environment.original,
    reading: { status: 'read', artifact: injection.artifact, warnings: [] },
    rules: { ...DEFAULT_RULES, repeats: 1 },
    runner: createTestRunner({ provider }),
    signal: new AbortController().signal,
  });
  await gathering.reach('reverted');
  expect(gathering.evidence.original![0]!.script.output.length).toBeGreaterThan(0);
  expect(gathering.evidence.reverted!.map(({ run }) => run.script.output.length)).toEqual([0]);
  expect(gathering.runs.reduce((sum, run) => sum + run.script.output.length, 0)).toBe(0);
});
