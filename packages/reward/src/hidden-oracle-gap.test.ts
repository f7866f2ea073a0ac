import { expect, test } from 'vitest';
import { type HiddenOutcome, hiddenOracleGap } from './hidden-oracle-gap.js';

const outcome = (publicPassed: boolean, privatePassed: boolean): HiddenOutcome => ({
  hidden: { publicPassed, privatePassed },
});

test.each([
  ['nothing', [], { judged: 0, publicPassed: 0, privateFailed: 0, share: undefined }],
  [
    'tasks without private tests',
    [{}, { hidden: undefined }],
    { judged: 0, publicPassed: 0, privateFailed: 0, share: undefined },
  ],
  [
    'no pass',
    [outcome(false, false), outcome(false, true)],
    { judged: 2, publicPassed: 0, privateFailed: 0, share: undefined },
  ],
  [
    'passes of both',
    [outcome(true, true), outcome(false, true)],
    { judged: 2, publicPassed: 1, privateFailed: 0, share: 0 },
  ],
  [
    'a mixture',
    [outcome(true, true), outcome(true, false), {}, outcome(true, true), outcome(true, true), outcome(false, false)],
    { judged: 5, publicPassed: 4, privateFailed: 1, share: 0.25 },
  ],
])('the gap over %s', (_, attempts, expected) => {
  expect(hiddenOracleGap(attempts)).toEqual(expected);
});
