import { createSearchSolver } from '@swe-selfplay/solver';
import { Command } from 'commander';
import { play } from '../../play.js';
import { createProgress } from '../../progress.js';
import { describeRun, runAsJson } from '../describe-run.js';
import { EXIT_CODES } from '../exit-code.js';
import { withRepositories } from '../open-repository.js';
import { numberIn } from '../parse-option.js';
import { addRuleOptions, rulesOf } from '../rule-options.js';
import { addSessionOptions, type SessionFlags, withSession } from '../session-options.js';
import { openInjector, type StrategyFlags, strategyOption } from '../strategies.js';

interface PlayFlags extends SessionFlags, StrategyFlags {
  readonly repo: string[];
  readonly rev?: string;
  readonly rounds: number;
  readonly group: number;
  readonly seed: number;
  readonly out: string;
  readonly tries: number;
  readonly alpha: number;
  readonly higherOrder?: boolean;
  readonly json?: boolean;
}

export function playCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('play')
    .description(
      'Play rounds of self-play: inject, validate, solve, grade, reward. Called again, it goes on with the run.',
    )
    .requiredOption('--repo <dir...>', 'the repositories to play on')
    .option('--rev <revision>', 'their revision (default: HEAD)')
    .option('--rounds <n>', 'rounds on each repository', numberIn({ min: 1 }), 1)
    .option('--group <n>', 'attempts at each bug', numberIn({ min: 1, max: 10_000 }), 8)
    .addOption(strategyOption())
    .option('--seed <n>', 'seed of the whole run', numberIn({ min: 0 }), 0)
    .requiredOption('--out <dir>', 'the folder of the run: a new one, or one to go on with')
    .option('--tries <n>', 'bugs to try in a round until one is valid', numberIn({ min: 1, max: 10_000 }), 10)
    .option(
      '--alpha <x>',
      'penalty of a bug that nobody or everybody solves',
      numberIn({ min: 0, max: 1, isWhole: false }),
      0.8,
    )
    .option('--higher-order', 'make a bug of order 2 of a failed attempt in each round')
    .option('--json', 'print one JSON object')
    .action(async (flags: PlayFlags) => finish(await playRun(flags)));
  return addSessionOptions(addRuleOptions(command)).addHelpText(
    'after',
    `
Examples:
  swe-selfplay play --repo ../shelf --rounds 10 --group 8 --strategy mutation --seed 1 --out runs/first
  swe-selfplay play --repo ../shelf ../other --rounds 5 --higher-order --out runs/second --json`,
  );
}

async function playRun(flags: PlayFlags): Promise<number> {
  return withSession(flags, (session, terminal, signal) =>
    withRepositories(flags.repo, flags.rev, terminal, async (environments) => {
      const injector = await openInjector(flags, environments, session, terminal, signal);
      const { seed, rounds, group: groupSize, tries, alpha, higherOrder, jobs, out: folder } = flags;
      const options = {
        seed,
        rounds,
        groupSize,
        tries,
        alpha,
        higherOrder,
        jobs,
        folder,
        signal,
        rules: rulesOf(flags),
      };
      const parts = { ...session, injector, solver: createSearchSolver() };
      const result = await play(environments, parts, { ...options, onEvent: createProgress(terminal) });
      terminal.print(flags.json ? runAsJson(result) : describeRun(result));
      return result.status === 'finished' ? 0 : EXIT_CODES.interrupted;
    }),
  );
}
