import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aSecondTurn, aTrajectory, aTurn } from '../test-support/a-trajectory.js';
import { isStale, stalenessOf, stepOfVersion } from './staleness-of.js';

const sampledBy = (start: string | null, end: string | null = start) =>
  aTrajectory({ turns: [aTurn({ weight_version_start: start, weight_version_end: end })] });

// SSR, appendix C, as vectors.
test.each([
  [0, 'fresh', false],
  [8, 'fresh', false],
  [9, 'stale', true],
] as const)('at age %i a trajectory is %s', (age, status, stale) => {
  const record = sampledBy('100');
  expect(stalenessOf(record, { trainerStep: 100 + age })).toEqual({ status, age });
  expect(isStale(record, { trainerStep: 100 + age })).toBe(stale);
});

test('the oldest weights count, at both ends of all turns', () => {
  const later = { weight_version_start: '20', weight_version_end: '20' };
  const turns = [aTurn(later), aSecondTurn({ weight_version_start: '11', weight_version_end: '20' })];
  expect(stalenessOf(aTrajectory({ turns }), { trainerStep: 20 })).toEqual({ status: 'stale', age: 9 });
  const reversed = [aTurn(later), aSecondTurn({ weight_version_start: '20', weight_version_end: '11' })];
  expect(stalenessOf(aTrajectory({ turns: reversed }), { trainerStep: 20 })).toEqual({ status: 'stale', age: 9 });
});

test('weights that changed in the middle of a turn count', () => {
  const turns = [aTurn({ weight_spans: [{ version: '1', start: 0, end: 1 }] })];
  expect(stalenessOf(aTrajectory({ turns }), { trainerStep: 10 })).toEqual({ status: 'stale', age: 9 });
});

test.each([
  ['no version', sampledBy(null)],
  ['a version that names no step', sampledBy('default')],
  ['a version that is missing at one end', sampledBy('7', null)],
  ['no turn', aTrajectory({ turns: [] })],
])('with %s the age is unknown, and the trajectory is not stale', (_, record) => {
  expect(stalenessOf(record, { trainerStep: 7 })).toEqual({ status: 'unknown' });
  expect(isStale(record, { trainerStep: 7 })).toBe(false);
});

test('one known version that is too old is enough', () => {
  expect(isStale(sampledBy('7', null), { trainerStep: 16 })).toBe(true);
});

test('the age that is too old, and what a version means, can be given', () => {
  expect(isStale(sampledBy('7'), { trainerStep: 8, maxAge: 0 })).toBe(true);
  const stepOf = (version: string) => ({ first: 1, second: 2 })[version];
  expect(stalenessOf(sampledBy('first', 'second'), { trainerStep: 3, stepOf })).toEqual({ status: 'fresh', age: 2 });
});

test.each([
  ['12', 12],
  ['0', 0],
  ['step-12', 12],
  ['global_step_300', 300],
  ['v3', 3],
  ['checkpoint/40', 40],
])('version %s is step %i', (version, step) => {
  expect(stepOfVersion(version)).toBe(step);
});

test.each(['default', '', '-3', '1.5', 'a1b2c3', 'step-12-final', '2026-01-12', '99999999999999999999'])(
  'version "%s" tells no step',
  (version) => {
    expect(stepOfVersion(version)).toBeUndefined();
  },
);

test.each([{ trainerStep: -1 }, { trainerStep: 1.5 }, { trainerStep: 1, maxAge: Number.NaN }])(
  'refuses %o',
  (options) => {
    expect(() => stalenessOf(aTrajectory(), options)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  },
);

test('stale is what is more than the maximum age behind', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(20), (step, trainerStep, maxAge) => {
      expect(isStale(sampledBy(`step-${step}`), { trainerStep, maxAge })).toBe(trainerStep - step > maxAge);
    }),
  );
});
