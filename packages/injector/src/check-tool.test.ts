import { rmSync } from 'node:fs';
import { createPlainToolSet, createScriptedPolicy, runRollout, type ScriptStep } from '@swe-selfplay/adapter';
import { ARTIFACT_FILES, type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { createTestRunner, EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { createProcessProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeLibraryWithHistory } from '../test-support/library-with-history.js';
import { bash, check, makeArtifact, submit } from '../test-support/scripted-injection.js';
import { createCheckTool } from './check-tool.js';
import { openInjectorWorkspace } from './injector-workspace.js';
import type { RuleOverrides } from './validation-rules.js';

let provider: SandboxProvider;
let runner: TestRunner;
let directory: string;
let environment: Environment;
beforeAll(async () => {
  // The code here is our own.
  provider = createProcessProvider({ warn: () => undefined });
  runner = createTestRunner({ provider });
  directory = makeLibraryWithHistory();
  environment = await openEnvironment({ directory });
});
afterAll(async () => {
  await environment.close();
  await provider.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What the check tool answers in one conversation, and how it ended. */
async function answers(
  steps: readonly ScriptStep[],
  options: {
    readonly max?: number;
    readonly rules?: RuleOverrides;
    readonly runner?: TestRunner;
    readonly signal?: AbortSignal;
  } = {},
) {
  const { sandbox } = await openInjectorWorkspace(provider, environment, undefined);
  try {
    const tool = createCheckTool({ environment, runner, max: 3, ...options });
    const trajectory = await runRollout({
      id: 'check',
      policy: createScriptedPolicy(steps),
      sandbox,
      toolSet: createPlainToolSet(),
      role: { submission: { kind: 'files', names: ARTIFACT_FILES }, extra: [tool] },
      prompt: [],
      signal: options.signal,
    });
    const texts = trajectory.messages.flatMap((message) =>
      message.role === 'tool' && message.tool === 'check' ? [message.text] : [],
    );
    return { texts, trajectory };
  } finally {
    await sandbox.close();
  }
}

test('each check is told with its reason, what to mend first, and the counts; then the mended artifact is valid', async () => {
  const { texts, trajectory } = await answers([
    ...makeArtifact('direct'),
    bash('cp .bug-artifact/test_weaken.diff ~/kept; git diff HEAD -- tests shop > .bug-artifact/test_weaken.diff'),
    check(),
    bash('cp ~/kept .bug-artifact/test_weaken.diff'),
    check(),
    submit(),
  ]);
  expect(texts[0]).toMatch(
    /^The artifact is not valid\.\n\n- patches-apply: failed\. test_weaken\.diff does not apply/,
  );
  expect(texts[0]).toContain('- test-files: skipped. Not reached.');
  expect(texts[0]).toMatch(/\n\nMend patches-apply first\. Write both diffs anew.*\n\nChecks left: 2 of 3\.$/);
  expect(texts[1]).toMatch(
    /^The artifact is valid: all checks hold\. Submit these five files\.\n\n- patches-apply: passed\./,
  );
  expect(texts[1]!.match(/^- .*: passed\./gm)).toHaveLength(9);
  expect(texts[1]).toContain('The bug breaks 1 tests; 11 pass with it and without it.\n\nChecks left: 1 of 3.');
  expect(trajectory.toolEvents.filter(({ tool }) => tool === 'check')).toHaveLength(2);
  expect(trajectory.end.status).toBe('submitted');
});

test('the rules of the caller are those of the check', async () => {
  const { texts } = await answers([...makeArtifact('direct'), check()], { rules: { minPassingTests: 13 } });
  expect(texts[0]).toContain('- test-script: failed. Expected at least 13 passing tests on the original, found 12.');
});

test('what is no artifact is told file by file and counts as no check', async () => {
  const { texts } = await answers([
    ...makeArtifact('direct'),
    bash('rm .bug-artifact/test_parser.py; echo no > .bug-artifact/bug_inject.diff'),
    check(),
    bash('touch .bug-artifact/test_parser.py'),
    check(),
    bash(
      'echo "print({})" > .bug-artifact/test_parser.py; cp .bug-artifact/test_weaken.diff .bug-artifact/bug_inject.diff',
    ),
    check(),
  ]);
  expect(texts[0]).toBe(
    'This is no bug artifact, so nothing was run:\n' +
      '- test_parser.py: The file ".bug-artifact/test_parser.py" is not there.\nMend this first, then check again.',
  );
  expect(texts[1]).toContain('- test_parser.py: Expected a program, got an empty file.\n- bug_inject.diff:1: ');
  expect(texts[2]).toMatch(/Checks left: 2 of 3\.$/);
});

test('over the maximum it says so, and judges nothing', async () => {
  const { texts } = await answers([...makeArtifact('direct'), check(), check()], { max: 1 });
  expect(texts[0]).toContain('Checks left: 0 of 1.');
  expect(texts[1]).toBe('All 1 checks are used up. Submit the five files when you are done.');
});

test('a host that fails is no fault of the artifact, and costs no check', async () => {
  const failing: TestRunner = {
    ...runner,
    run: () => Promise.reject(new EvaluationError('infra', 'The sandbox failed: no space left.')),
  };
  const { texts } = await answers([...makeArtifact('direct'), check()], { runner: failing });
  expect(texts[0]).toMatch(/^This could not be checked, which is not your fault/);
  expect(texts[0]).toContain('- test-script: error. The sandbox failed: no space left.');
  expect(texts[0]).toMatch(/Checks left: 3 of 3\.$/);
  expect(texts[0]).not.toContain('Mend');
});

test('a check ends with its conversation', async () => {
  const calledOff = new AbortController();
  const watched: TestRunner = {
    ...runner,
    run(...run) {
      setTimeout(() => calledOff.abort(), 200);
      return runner.run(...run);
    },
  };
  const slow = bash('echo "sleep 60" > .bug-artifact/test_script.sh');
  const steps = [...makeArtifact('direct'), slow, check()];
  const { texts, trajectory } = await answers(steps, { runner: watched, signal: calledOff.signal });
  expect(texts).toEqual(['The check was cancelled.']);
  expect(trajectory.end).toEqual({ status: 'cancelled' });
  expect(trajectory.durationMs).toBeLessThan(40_000);
});
