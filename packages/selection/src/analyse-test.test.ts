import { expect, test } from 'vitest';
import { analyseTest } from './analyse-test.js';

test.each([
  [[false, true], [false, false], true, true],
  [[false, false], [false, true], true, false],
  [[true, false], [true, true], false, false],
  [[false], [false], false, false],
  [[], [true], false, false],
  [[true], [], false, false],
])('with wrong patches %j and right ones %j', (wrong, right, isDistinguishing, isToxic) => {
  expect(analyseTest(wrong, right)).toEqual({ isDistinguishing, isToxic });
});
