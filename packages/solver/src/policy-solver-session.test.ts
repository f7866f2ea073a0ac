import { readdirSync, readFileSync } from 'node:fs';
import {
  createScriptedPolicy,
  type ScriptedTurn,
  type ScriptStep,
  type Stage,
  type StagePass,
  type Trajectory,
} from '@swe-selfplay/adapter';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MONEY, patchOf, sampleTask } from '../test-support/sample-project.js';
import { createHigherOrderTask } from './higher-order-task.js';
import { createPolicySolver, type PolicySolverOptions } from './policy-solver.js';
import type { SolveOptions, Submission } from './solver.js';
import { readSolverPrompts } from './solver-prompts.js';
import type { SolverTask } from './solver-task.js';

let provider: SandboxProvider;
let runner: TestRunner;
let task: SolverTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  task = await sampleTask();
});
afterAll(() => provider.close());

const MEND = "sed -i 's/share + 2/share + 1/' shop/money.py";
const bash = (command: string): ScriptedTurn => ({ toolCalls: [{ tool: 'bash', input: { command } }] });
const submit = (path: string): ScriptedTurn => ({ toolCalls: [{ tool: 'submit', input: { path } }] });

/** Plays a script with the tools of the paper's agents, and returns what it hands in and what was said. */
async function play(
  steps: readonly ScriptStep[],
  options: Partial<SolveOptions> = {},
  solverOptions: PolicySolverOptions = {},
  view = task.view,
): Promise<{ submission: Submission; trajectory: Trajectory }> {
  let trajectory: Trajectory | undefined;
  const submission = await createPolicySolver(createScriptedPolicy(steps), solverOptions).solve(view, {
    seed: 1,
    runner,
    provider,
    ...options,
    onTrajectory: (played) => {
      trajectory = played;
      options.onTrajectory?.(played);
    },
  });
  return { submission, trajectory: trajectory! };
}

function patchText(submission: Submission): string {
  if (submission.status !== 'submitted') throw new Error(submission.reason);
  return Buffer.from(submission.predPatch).toString();
}

describe('a diff that is handed in', () => {
  // Without git in the sandbox there is diff: the task is laid out once more to compare with.
  const writeDiff = (path: string) =>
    bash(`
      cp -a . /tmp/before && ${MEND}
      printf 'diff --git a/shop/money.py b/shop/money.py\\n' > /tmp/one.diff
      diff -u --label a/shop/money.py --label b/shop/money.py /tmp/before/shop/money.py shop/money.py >> /tmp/one.diff
      cp /tmp/one.diff ${path}`);

  test.each([
    ['in the repository', 'fix.diff', true],
    ['deep in the repository', './docs/../fix/my.diff', true],
    ['outside of it', '/tmp/fix.diff', false],
  ])('lies %s and is no part of the patch', async (_, path, isInside) => {
    const { submission, trajectory } = await play([bash('mkdir -p docs fix'), writeDiff(path), submit(path)]);
    expect(trajectory.end.status).toBe('submitted');
    const inside = path.replace('./docs/../', '');
    expect(submission.notes).toMatchObject({ leftOut: isInside ? [inside] : [], submissionAgrees: true });
    expect(submission.notes!.submittedPath).toMatch(new RegExp(`/${inside.split('/').at(-1)}$`));
    expect(patchText(submission)).toMatch(/^diff --git a\/shop\/money.py b\/shop\/money.py\n/);
    expect(patchText(submission).match(/^diff /gm)).toHaveLength(1);
    const evaluation = await evaluatePatch(task.grading, Buffer.from(patchText(submission)), { runner });
    expect(evaluation).toMatchObject({ status: 'solved', flags: [] });
  });

  test.each([
    ['says something else', bash(`${MEND}; printf 'diff --git a/x b/x\\nnew file mode 100644\\n' > /tmp/fix.diff`)],
    ['is no diff that can be read', bash(`${MEND}; echo 'different' > /tmp/fix.diff`)],
    ['is no file any more at the end', bash(`${MEND}; echo 'diff' > /tmp/fix.diff`)],
  ])(
    'and %s does not count: what the repository holds does',
    async (what, write) => {
      const end = what.startsWith('is no file') ? [bash('rm /tmp/fix.diff; mkfifo /tmp/fix.diff')] : [];
      const steps = [write, submit('/tmp/fix.diff'), ...end];
      const { submission } = await play(steps);
      expect(submission.notes).toMatchObject({ submissionAgrees: false, submittedPath: '/tmp/fix.diff' });
      expect(patchText(submission)).toContain('+    return [share + 1] * rest');
    },
    30_000,
  );

  test('is part of the patch where it is a file of the task', async () => {
    const steps = [bash('echo diff > README.md'), submit('README.md')];
    const { submission } = await play(steps);
    expect(submission.notes).toMatchObject({ leftOut: [], submissionAgrees: false });
    expect(patchText(submission)).toMatch(/^diff --git a\/README.md /);
  });
});

test('the specification lies beside the repository and can be applied; then the tests show the bug', async () => {
  const steps: ScriptStep[] = [
    ({ messages }) => {
      const [, file] = /`git apply ([^`]+)`/.exec(messages[0]!.text)!;
      return bash(
        `{ git apply ${file} || patch -p1 < ${file}; } && python3 -m unittest 2>&1 | tail -1; echo x >> ${file}`,
      );
    },
    ({ messages }) => {
      expect(messages.at(-1)!.text).toMatch(/FAILED \(failures=1\).*Read-only|FAILED \(failures=1\).*denied/s);
      return {};
    },
  ];
  const { trajectory } = await play(steps);
  expect(trajectory.turns).toHaveLength(2);
});

test('an attempt on a bug of order 2 is told that there was another, and prompts may be replaced', async () => {
  const failed = await patchOf(task, [['shop/money.py', MONEY.replace('[share + 1]', '[share + 7]')]]);
  const made = await createHigherOrderTask(task, failed, { sourceAttempt: 'a' });
  if (made.status !== 'created') throw new Error(made.reason);
  const { view } = made.task;
  const said = async (options: PolicySolverOptions) =>
    (await play([{}], {}, options, view)).trajectory.messages[0]!.text;
  expect(await said({})).toMatch(/tried to mend it before/);
  expect(await said({ maxTurns: 9, timeoutMs: 90_000 })).toMatch(/You have 9 turns .* and 1\.5 minutes\./);
  const own = { ...readSolverPrompts(), 'solve-order-2': '{{repository}}\n{{specification}}' };
  expect(await said({ prompts: own })).toMatch(/^\/.*\n```diff\n/);
  expect(() => createPolicySolver(createScriptedPolicy([]), { prompts: { ...own, solve: 'nothing' } })).toThrow(
    expect.objectContaining({ code: 'missing-placeholder' }),
  );
});

/** A sandbox provider that notes what is done with workspaces. */
function recordingProvider(log: string[], onCollect: () => void = () => {}): SandboxProvider {
  const open: SandboxProvider['open'] = async (request) => {
    log.push('open');
    const sandbox = await provider.open(request);
    return {
      workdir: sandbox.workdir,
      harnessDir: sandbox.harnessDir,
      run: (command) => sandbox.run(command),
      start: (command, onOutput) => sandbox.start(command, onOutput),
      readFile: (path) => sandbox.readFile(path),
      writeFile: (path, content) => sandbox.writeFile(path, content),
      changedFiles: () => {
        log.push('collect');
        onCollect();
        return sandbox.changedFiles();
      },
      close: () => {
        log.push('close');
        return sandbox.close();
      },
    };
  };
  return Object.assign(Object.create(provider) as SandboxProvider, { open });
}

function recordingPass(log: string[], onEnter: (stage: Stage) => void = () => {}): StagePass {
  return {
    enter: async (stage) => {
      log.push(stage);
      onEnter(stage);
    },
  };
}

describe('the stages of an attempt', () => {
  test('are prepared, run and judged in this order', async () => {
    const log: string[] = [];
    const say = ({ messages }: { messages: readonly unknown[] }) => {
      log.push(`turn ${(messages.length + 1) / 2}`);
      return bash('echo diff > /tmp/d');
    };
    await play([say, submit('/tmp/d')], { provider: recordingProvider(log), pass: recordingPass(log) });
    expect(log).toEqual(['prepare', 'open', 'run', 'turn 1', 'judge', 'collect', 'close']);
  });

  test('end with the conversation where nothing is handed in', async () => {
    const log: string[] = [];
    const { submission } = await play([{ text: 'No.' }], {
      provider: recordingProvider(log),
      pass: recordingPass(log),
    });
    expect(submission.status).toBe('gave-up');
    expect(log).toEqual(['prepare', 'open', 'run', 'close']);
  });

  test.each(['prepare', 'run', 'judge'] as const)('end where %s cannot be entered, with its reason', async (last) => {
    const log: string[] = [];
    const reason = new Error('stopped');
    const pass = recordingPass(log, (stage) => {
      if (stage === last) throw reason;
    });
    const steps = [bash('echo diff > /tmp/d'), submit('/tmp/d')];
    await expect(play(steps, { provider: recordingProvider(log), pass })).rejects.toBe(reason);
    const count = (what: string) => log.filter((entry) => entry === what).length;
    expect(count('close')).toBe(count('open'));
    expect(log).not.toContain('collect');
  });
});

/** Processes of this machine whose command line holds the mark; those of a sandbox are among them. */
function processesWith(mark: string): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

test('nothing that the session started is alive when the patch is collected', async () => {
  const mark = '98765.4321';
  const alive: Record<string, number> = {};
  const log: string[] = [];
  const look = (when: string) => {
    alive[when] = processesWith(mark).length;
  };
  const steps: ScriptStep[] = [
    bash(`
      (setsid nohup sleep ${mark} > /dev/null 2>&1 &); sleep ${mark} & echo diff > /tmp/d
      until test "$(cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' '\\n' | grep -c '^98765[.]4321$')" = 2; do sleep 0.05; done`),
    () => {
      look('run');
      return submit('/tmp/d');
    },
  ];
  await play(steps, {
    provider: recordingProvider(log, () => look('collect')),
    pass: recordingPass(log, (stage) => stage === 'judge' && look('judge')),
  });
  expect(alive).toEqual({ run: 2, judge: 0, collect: 0 });
});
