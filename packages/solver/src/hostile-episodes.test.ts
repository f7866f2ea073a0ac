import { createPlainToolSet, createScriptedPolicy, type ScriptedTurn, type Trajectory } from '@swe-selfplay/adapter';
import { createTestRunner, evaluatePatch } from '@swe-selfplay/evaluation';
import { createNamespacesProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleTask } from '../test-support/sample-project.js';
import { createPolicySolver, type PolicySolverOptions } from './policy-solver.js';
import type { Submission } from './solver.js';
import type { SolverTask } from './solver-task.js';

const MIB = 1024 ** 2;
const LIMITS = { memoryBytes: 128 * MIB, diskBytes: 96 * MIB, maxProcesses: 64 };

const providers: Partial<Record<string, SandboxProvider>> = {};
let task: SolverTask;
beforeAll(async () => {
  for (const [name, useCgroups] of Object.entries({ 'control groups': true, 'no control groups': false })) {
    const provider = await createNamespacesProvider({ useCgroups });
    providers[name] = { ...provider, open: (request) => provider.open({ ...request, limits: LIMITS }) };
  }
  task = await sampleTask();
});
afterAll(async () => {
  for (const provider of Object.values(providers)) await provider?.close();
});

const use = (tool: string, input: unknown): ScriptedTurn => ({ toolCalls: [{ tool, input }] });
const bash = (command: string) => use('bash', { command });
const create = (path: string) => use('create', { path, content: 'x\n' });
const MEND = bash("sed -i 's/share + 2/share + 1/' shop/money.py; echo diff > /tmp/own.diff");
const HAND_IN = use('submit', { path: '/tmp/own.diff' });
const FILL_DISK =
  'head -c 200M /dev/zero > /tmp/full 2>/dev/null; seq 30000 | sed s,^,/tmp/, | xargs touch 2>/dev/null';

interface Played {
  readonly submission: Submission;
  readonly trajectory: Trajectory;
  readonly replies: readonly string[];
}

async function play(
  turns: readonly ScriptedTurn[],
  providerName = 'control groups',
  options: PolicySolverOptions = {},
): Promise<Played> {
  const provider = providers[providerName]!;
  const played: Trajectory[] = [];
  const submission = await createPolicySolver(createScriptedPolicy(turns), options).solve(task.view, {
    seed: 1,
    runner: createTestRunner({ provider }),
    provider,
    onTrajectory: (trajectory) => void played.push(trajectory),
  });
  const [trajectory] = played as [Trajectory];
  const replies = trajectory.messages.filter(({ role }) => role === 'tool').map(({ text }) => text);
  return { submission, trajectory, replies };
}

function patchOf({ submission }: Played): string {
  if (submission.status !== 'submitted') throw new Error(submission.reason);
  return Buffer.from(submission.predPatch).toString('latin1');
}

describe.each(['control groups', 'no control groups'])('with %s: an attempt keeps its own end when it', (name) => {
  test('uses up the processes', async () => {
    const hold = bash(`python3 - <<'END' &
import os, time
while True:
    try:
        if os.fork() == 0: time.sleep(1000)
    except OSError: time.sleep(0.01)
END
sleep 1`);
    const played = await play([MEND, hold, create('new.txt'), bash('echo again'), HAND_IN], name);
    expect(played.trajectory.end.status).toBe('submitted');
    expect(patchOf(played)).toMatch(/^diff --git a\/(new\.txt|shop\/money\.py) /);
  });

  test('uses up the memory, with a process and with files', async () => {
    const hold = bash('python3 -c "x = bytearray(110 << 20); import time; time.sleep(1000)" & sleep 1');
    const files = bash('head -c 60M /dev/zero > /dev/shm/a; head -c 60M /dev/zero > /tmp/b');
    const played = await play([MEND, HAND_IN, hold, create('new.txt'), files, create('other.txt')], name);
    expect(played.trajectory.end.status).toBe('submitted');
    expect(patchOf(played)).toContain('share + 1');
  });

  test('uses up bytes and inodes of the disk', async () => {
    const played = await play([MEND, HAND_IN, bash(FILL_DISK), create('new.txt'), bash('echo x > shop/cart.py')], name);
    expect(played.replies.at(-2)).toMatch(/File creation failed|already exists|used up/);
    expect(played.trajectory.end.status).toBe('submitted');
    expect(patchOf(played)).toContain('share + 1');
  });
});

test('a workspace that was taken apart is what was handed in', async () => {
  const wreck = bash(`mkfifo pipe; mkdir loop; ln -s loop loop/loop; ln -s /dev/zero zero
    python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('socket'); open(b'caf\\xe9', 'w')"
    git config core.fsmonitor 'touch /tmp/ran'; git config core.hooksPath /tmp; printf '* filter=x\\n' > .gitattributes
    rm -rf .git shop tests README.md zero; printf '[core]\\nfsmonitor = touch /tmp/ran\\n' > .git
    chmod 000 loop .`);
  const played = await play([MEND, HAND_IN, wreck]);
  expect(
    patchOf(played)
      .match(/^(deleted|new) file/gm)
      ?.filter((line) => line.startsWith('new')),
  ).toHaveLength(2);
  expect(patchOf(played)).toMatch(/^diff --git a\/loop\/loop b\/loop\/loop\nnew file mode 120000$/m);
  expect(patchOf(played)).not.toMatch(/fsmonitor|pipe|socket/);
});

test('nothing of an attempt goes on changing files while they are collected', async () => {
  const churn = bash(`for n in 1 2 3; do
    (setsid nohup sh -c 'trap "" TERM HUP; while :; do echo "$$" >> churn.txt; mv churn.txt other.txt; mv other.txt churn.txt; done' &)
    done > /dev/null 2>&1; sleep 0.3`);
  const first = await play([MEND, churn, HAND_IN]);
  expect(patchOf(first)).toContain('share + 1');
  // Handed in by the set of tools that has no session: what a command leaves running ends with it.
  const plain = await play([MEND, churn, use('submit', {})], 'control groups', { toolSet: createPlainToolSet() });
  expect(patchOf(plain)).toContain('share + 1');
});

test('what is larger than any patch, and made to take long, is refused as the fault of the attempt', async () => {
  const sparse = bash('truncate -s 90M shop/*.py tests/*.py; for n in $(seq 50); do ln shop/money.py hard$n; done');
  const { submission } = await play([MEND, HAND_IN, sparse]);
  expect(submission).toMatchObject({
    status: 'gave-up',
    reason: expect.stringMatching(/^Expected changes of at most/),
  });
});

test('a note of caches that an attempt left behind stays short', async () => {
  const junk = bash('mkdir __pycache__; cd __pycache__; seq 9000 | sed s,^,caches-of-any-length-, | xargs touch');
  const { submission } = await play([MEND, junk, HAND_IN]);
  expect(submission).toMatchObject({ status: 'submitted', notes: { leftOutCount: 9000 } });
  expect(JSON.stringify(submission.notes).length).toBeLessThan(10_000);
});

test('input that is nested without end, no text or too long is answered', async () => {
  const nested: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
  const played = await play([
    use('bash', { command: nested }),
    use('create', { path: 'a\0b', content: '\ud800' }),
    bash('printf "\\0\\377\\355\\240\\200"'),
    use('edit', { path: '\ud800', search: '\udc00', replace: '\0' }),
    use('submit', { path: '/proc/self/mem' }),
    use('submit', { path: '/dev/zero' }),
    use('bash', { command: 'x'.repeat(300_000) }),
  ]);
  expect(played.trajectory.end.status).toBe('gave-up');
  expect(played.replies.join('')).not.toMatch(/\p{Surrogate}/u);
  expect(() => JSON.stringify(played.trajectory.turns)).not.toThrow();
});

test('what an attempt did to its workspace does nothing for its patch when it is graded', async () => {
  const cheat =
    bash(`mkdir -p /tmp/site; printf 'import os\\nos._exit(0)\\n' | tee sitecustomize.py usercustomize.py > conftest.py
    export PYTHONPATH=/tmp/site; alias python3=true; printf 'exit 0\\n' > ~/.bashrc; echo diff > /tmp/own.diff`);
  const provider = providers['control groups']!;
  const played = await play([cheat, HAND_IN]);
  const predPatch = Buffer.from(patchOf(played), 'latin1');
  const evaluation = await evaluatePatch(task.grading, predPatch, { runner: createTestRunner({ provider }) });
  expect(evaluation).toMatchObject({ status: 'unsolved' });
});
