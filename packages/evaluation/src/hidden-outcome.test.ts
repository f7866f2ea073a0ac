import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUGGY, FIXED, patchOf, tinyTask, UNITTEST } from '../test-support/tiny-library.js';
import { createTestRunner } from './create-test-runner.js';
import { evaluatePatch } from './evaluate-patch.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({});
});
afterAll(() => provider.close());

test('tells the public and the private part of the expected tests apart', async () => {
  const runner = createTestRunner({ provider, jobs: 2 });
  const plain = tinyTask(UNITTEST);
  const hidden = plain.failToPass.filter((id) => id.endsWith('test_double_of_a_list'));
  const task = { ...plain, hiddenIds: hidden };
  const grade = async (text: string, of = task) => evaluatePatch(of, await patchOf(of, text), { runner });
  const onlyNumbers = FIXED.replace('x + x', 'x + x if isinstance(x, int) else None');
  const breaksHalf = FIXED.replace('x / 2', 'x / 3');
  expect(await Promise.all([FIXED, onlyNumbers, breaksHalf, `${BUGGY}#\n`].map((text) => grade(text)))).toMatchObject([
    { status: 'solved', hidden: { publicPassed: true, privatePassed: true } },
    { status: 'unsolved', hidden: { publicPassed: true, privatePassed: false }, failed: hidden },
    { status: 'unsolved', hidden: { publicPassed: false, privatePassed: true } },
    { status: 'unsolved', hidden: { publicPassed: false, privatePassed: false } },
  ]);
  // No run to judge, and no private part.
  expect(await grade(`${BUGGY}while True: print("x" * 1000)\n`)).not.toHaveProperty('hidden');
  expect(await grade(FIXED, plain as typeof task)).not.toHaveProperty('hidden');
});
