import { createArtifact, diffSnapshots, printPatch, withFiles } from '@swe-selfplay/artifact';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { original, replaced, sampleArtifact } from '../../test-support/sample-project.js';
import { textsOf } from '../../test-support/split-project.js';
import { createTask } from '../create-task.js';
import { createSearchSolver } from '../search/search-solver.js';
import { solveBug } from '../solve-bug.js';
import type { SolverTask } from '../solver-task.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

const MONEY_TEST = 'tests/test_money.py';
const FAILING = ['test_formats', 'test_formats_negative'];

/** Every amount gets the sign of the opposite; two of the tests that show it are weakened. */
async function createSplitTask(): Promise<SolverTask> {
  const buggy = withFiles(original, [await replaced('shop/money.py', 'cents < 0', 'cents >= 0')]);
  const [, whole] = await replaced(MONEY_TEST, 'self.assertEqual(format_cents(1234), "12.34")', 'pass');
  const text = Buffer.from(whole.content)
    .toString('utf8')
    .replace('self.assertEqual(format_cents(-250), "-2.50")', 'pass');
  const weakened = withFiles(buggy, [[MONEY_TEST, { ...whole, content: Buffer.from(text) }]]);
  const { testCommand, testFiles } = await sampleArtifact();
  const artifact = createArtifact({
    script: Buffer.from(testCommand.script).toString(),
    parser: Buffer.from(testCommand.parser).toString(),
    testFiles,
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weakened)),
  });
  const failToPass = FAILING.map((name) => `tests.test_money.MoneyTest.${name}`);
  const passToPass = ['tests.test_money.MoneyTest.test_splits_evenly', 'tests.test_cart.CartTest.test_total'];
  return createTask({ original, artifact, failToPass, passToPass, hidden: { share: 0.5, seed: 1 } });
}

test('the search solver works from the public tests alone, and nothing it runs holds a private one', async () => {
  const task = await createSplitTask();
  if (task.hidden?.status !== 'split') throw new Error(`Expected a split, got ${JSON.stringify(task.hidden)}.`);
  const kept = task.hidden.private.map((id) => id.split('.').at(-1)!);
  expect(kept).toHaveLength(1);
  const runner = createTestRunner({ provider });
  let runs = 0;
  const watching: TestRunner = {
    ...runner,
    run: async (snapshot, ...rest) => {
      runs += 1;
      const text = (await textsOf(snapshot)).get(MONEY_TEST);
      expect(text).not.toMatch(new RegExp(`\\b${kept[0]}\\b`));
      return runner.run(snapshot, ...rest);
    },
  };
  const solver = createSearchSolver({ budget: 6 });
  const attempts = await solveBug(task.view, solver, { seed: 1, runner: watching, provider, attempts: 2 });
  expect(runs).toBeGreaterThan(4);
  const evaluations = [];
  for (const { outcome } of attempts) {
    if (outcome.status === 'submitted')
      evaluations.push(await evaluatePatch(task.grading, outcome.predPatch, { runner }));
  }
  expect(evaluations.map(({ hidden }) => hidden?.publicPassed)).toContain(true);
  expect(evaluations.map(({ status }) => status)).toContain('solved');
});
