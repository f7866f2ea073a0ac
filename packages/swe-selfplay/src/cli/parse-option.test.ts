import { expect, test } from 'vitest';
import { nearest, numberIn } from './parse-option.js';

test.each([
  ['8', 8],
  ['1', 1],
  ['1e2', 100],
])('%s is a whole number', (text, value) => {
  expect(numberIn({ min: 1 })(text)).toBe(value);
});

test.each(['', ' ', '0', '-3', '1.5', '0x10', '12 34', 'eight', 'Infinity', 'NaN', '99999999999999999999'])(
  '%j is no whole number from 1 up',
  (text) => {
    expect(() => numberIn({ min: 1 })(text)).toThrow('Expected a whole number from 1 up.');
  },
);

test('a share may have a fraction and is bounded on both sides', () => {
  const share = numberIn({ min: 0, max: 1, isWhole: false });
  expect(['0', '.25', '1'].map(share)).toEqual([0, 0.25, 1]);
  expect(() => share('1.01')).toThrow('Expected a number from 0 to 1.');
});

test.each([
  ['namespace', 'namespaces'],
  ['Mutation', 'mutation'],
  ['rmoval', 'removal'],
  ['docker', undefined],
])('what was meant by %s is %s', (text, meant) => {
  expect(nearest(text, ['namespaces', 'process', 'mutation', 'removal'])).toBe(meant);
});
