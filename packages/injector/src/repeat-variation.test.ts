import { expect, test } from 'vitest';
import { repeatVariation } from './repeat-variation.js';

const repeats = [0, 1, 2, 3, 4, 5, 6];
const variations = (varyOrder: boolean, varyTimeZone: boolean) =>
  repeats.map((repeat) => repeatVariation(repeat, { varyOrder, varyTimeZone }));

test('by default no repeat varies anything but its hash seed, so that runs are shared', () => {
  expect(variations(false, false)).toEqual(repeats.map(() => undefined));
});

test('the first repeat varies nothing, all others what they are asked to', () => {
  const [first, ...others] = variations(true, true);
  expect(first).toBeUndefined();
  expect(others.map((variation) => variation?.order)).toEqual([
    'reversed',
    'shuffled',
    'reversed',
    'shuffled',
    'reversed',
    'shuffled',
  ]);
  expect(new Set(others.map((variation) => variation?.timeZone)).size).toBe(4);
});

test('the time zones exist, and there is never one day for all of them', () => {
  const zones = variations(false, true).flatMap((variation) => variation?.timeZone ?? []);
  for (let hour = 0; hour < 24; hour += 1) {
    const instant = new Date(Date.UTC(2026, 4, 5, hour, 30));
    const days = zones.map((timeZone) =>
      new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short' }).format(instant),
    );
    expect(new Set(days).size).toBeGreaterThan(1);
  }
});
