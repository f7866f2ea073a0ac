import { describe, expect, test } from 'vitest';
import { createUniform } from './create-uniform.js';
import { simulateCurve } from './simulate-curve.js';
import { simulateInjectorReward } from './simulate-injector-reward.js';

describe('random numbers', () => {
  test('are decided by their seed, and differ between neighbours', () => {
    const first = (seed: number) => Array.from({ length: 5 }, createUniform(seed));
    expect(first(3)).toEqual(first(3));
    const all = [-1, 0, 1, 2, 2 ** 32, 2 ** 40].flatMap(first);
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test('are spread evenly, also the first of each seed', () => {
    const uniform = createUniform(1);
    const tenths = (draw: (index: number) => number) => {
      const counts = Array<number>(10).fill(0);
      for (let index = 0; index < 20_000; index++) counts[Math.floor(draw(index) * 10)]! += 1;
      return counts;
    };
    // 2000 each, standard deviation 42.4.
    for (const counts of [tenths(uniform), tenths((seed) => createUniform(seed)())])
      for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(5 * 42.4);
  });
});

describe('the sampled reward of an injector', () => {
  const curve = simulateCurve({ groups: 3000, seed: 7, probabilities: Array.from({ length: 21 }, (_, i) => i / 20) });

  test('lies within 5 standard errors of the closed form along the whole curve', () => {
    for (const { mean, standardError, expected } of curve.points)
      expect(Math.abs(mean - expected)).toBeLessThanOrEqual(5 * standardError + 1e-12);
    const inner = curve.points.slice(1, -1);
    expect(inner.every(({ standardError }) => standardError > 0 && standardError < 0.02)).toBe(true);
  });

  test('is exactly -alpha where nobody or everybody solves', () => {
    for (const point of [curve.points[0]!, curve.points.at(-1)!])
      expect(point).toMatchObject({ mean: expect.closeTo(-0.8, 12), uniformGroups: 3000 });
  });

  test('is best near p*', () => {
    expect(Math.abs(curve.exactOptimum.solveProbability - 0.257003)).toBeLessThan(1e-6);
    expect(Math.abs(curve.exactOptimum.reward - 0.370221)).toBeLessThan(1e-6);
    expect(Math.abs(curve.sampledOptimum.solveProbability - 0.257003)).toBeLessThanOrEqual(0.06);
    expect(Math.abs(curve.sampledOptimum.reward - 0.370221)).toBeLessThan(0.03);
  });

  test('follows alpha and the size of the group', () => {
    const options = { alpha: 0.5, groupSize: 4, groups: 4000, seed: 1 };
    const { mean, standardError, expected } = simulateInjectorReward(0.37, options);
    expect(Math.abs(mean - expected)).toBeLessThan(5 * standardError);
    expect(expected).toBe(1 - 1.5 * 0.37 - 1.5 * (1 - 0.37) ** 4);
  });

  test('is the same for the same seed and another for another', () => {
    const mean = (seed: number) => simulateInjectorReward(0.3, { groups: 200, seed }).mean;
    expect(mean(1)).toBe(mean(1));
    expect(mean(1)).not.toBe(mean(2));
  });

  test.each([
    [() => simulateInjectorReward(1.5), 'probability-out-of-range'],
    [() => simulateInjectorReward(0.5, { groups: 1 }), 'count-out-of-range'],
    [() => simulateInjectorReward(0.5, { seed: Number.NaN }), 'option-out-of-range'],
    [() => simulateCurve({ groupSize: 1 }), 'group-size-out-of-range'],
    [() => simulateCurve({ probabilities: [] }), 'option-out-of-range'],
  ])('is not for %s', (act, code) => {
    expect(act).toThrow(expect.objectContaining({ name: 'RewardError', code }));
  });
});
