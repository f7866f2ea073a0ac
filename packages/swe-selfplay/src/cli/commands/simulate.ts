import { DEFAULT_ALPHA, DEFAULT_GROUP_SIZE, type SimulatedCurve, simulateCurve } from '@swe-selfplay/reward';
import { Command } from 'commander';
import { table } from '../../printable.js';
import { numberIn } from '../parse-option.js';

interface SimulateFlags {
  readonly group: number;
  readonly alpha: number;
  readonly groups: number;
  readonly points: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function simulateCommand(finish: (exitCode: number) => void): Command {
  return new Command('simulate')
    .description(
      "Play groups of attempts by chance and compare the injector's mean reward with its closed form, over how likely a " +
        'bug is to be solved. Needs no repository. Exit code 0.',
    )
    .option('--group <n>', 'attempts at each bug', numberIn({ min: 2, max: 10_000 }), DEFAULT_GROUP_SIZE)
    .option(
      '--alpha <x>',
      'penalty of a bug that nobody or everybody solves',
      numberIn({ min: 0, max: 1, isWhole: false }),
      DEFAULT_ALPHA,
    )
    .option('--groups <n>', 'groups to play for each probability', numberIn({ min: 2, max: 1_000_000 }), 2000)
    .option('--points <n>', 'probabilities between 0 and 1', numberIn({ min: 2, max: 1001 }), 21)
    .option('--seed <n>', 'decides every attempt', numberIn({ min: 0 }), 0)
    .option('--json', 'print one JSON object')
    .action((flags: SimulateFlags) => {
      process.stdout.write(`${simulate(flags)}\n`);
      finish(0);
    });
}

function simulate({ group: groupSize, alpha, groups, points, seed, json }: SimulateFlags): string {
  const probabilities = Array.from({ length: points }, (_, index) => index / (points - 1));
  const curve = simulateCurve({ groupSize, alpha, groups, seed, probabilities });
  return json ? JSON.stringify(curve) : describe(curve, groups);
}

function describe({ points, sampledOptimum, exactOptimum }: SimulatedCurve, groups: number): string {
  const rows = points.map(({ solveProbability, mean, standardError, expected, uniformGroups }) => [
    solveProbability.toFixed(3),
    mean.toFixed(4),
    standardError.toFixed(4),
    expected.toFixed(4),
    `${Math.round((100 * uniformGroups) / groups)} %`,
  ]);
  const { solveProbability, reward } = sampledOptimum;
  return [
    table([['p', 'sampled', 'error', 'R(p)', 'all alike'], ...rows]),
    '',
    `best sampled at p = ${solveProbability.toFixed(3)}: ${reward.toFixed(4)}`,
    `p* = ${exactOptimum.solveProbability.toFixed(6)}, R(p*) = ${exactOptimum.reward.toFixed(6)}`,
  ].join('\n');
}
