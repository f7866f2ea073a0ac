import { expectedInjectorReward } from '../expected-reward.js';
import { optimalSolveProbability } from '../optimal-solve-probability.js';
import { RewardError } from '../reward-error.js';
import { type SimulatedReward, type SimulationOptions, simulateInjectorReward } from './simulate-injector-reward.js';

export interface CurveOptions extends SimulationOptions {
  /** Solve probabilities to try, at least one; default 0, 0.02 ... 1. */
  readonly probabilities?: readonly number[] | undefined;
}

export interface SimulatedCurve {
  readonly points: readonly SimulatedReward[];
  /** The point that paid best; of equal ones the first. */
  readonly sampledOptimum: { readonly solveProbability: number; readonly reward: number };
  /** p* and R(p*), see `optimalSolveProbability`. */
  readonly exactOptimum: { readonly solveProbability: number; readonly reward: number };
}

/**
 * The curve of SSR's figure 10 from sampled groups beside the closed form. All points are played with the same random
 * numbers, so that their differences, and with them the optimum, are less noisy than the points. Throws RewardError for
 * options out of range, a group of one and an empty list of probabilities.
 */
export function simulateCurve(options: CurveOptions = {}): SimulatedCurve {
  const { probabilities = Array.from({ length: 51 }, (_, index) => index / 50) } = options;
  if (probabilities.length === 0)
    throw new RewardError('option-out-of-range', 'Expected probabilities to name at least one, got none.');
  const optimum = optimalSolveProbability(options);
  const points = probabilities.map((p) => simulateInjectorReward(p, options));
  const best = points.reduce((one, other) => (other.mean > one.mean ? other : one));
  return {
    points,
    sampledOptimum: { solveProbability: best.solveProbability, reward: best.mean },
    exactOptimum: { solveProbability: optimum, reward: expectedInjectorReward(optimum, options) },
  };
}
