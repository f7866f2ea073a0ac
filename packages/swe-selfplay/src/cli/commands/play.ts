import { Command } from 'commander';
import { play } from '../../play.js';
import { createProgress } from '../../progress.js';
import { isFinished } from '../../run-record.js';
import { describeRun, runAsJson, usageOfRun } from '../describe-run.js';
import { EXIT_CODES } from '../exit-code.js';
import { concurrencyOf, withPolicies } from '../open-policies.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepositories } from '../open-repository.js';
import { choice, numberIn } from '../parse-option.js';
import { checkPlayers, injectorOf, promptsOf, solverOf } from '../players.js';
import { addPolicyOptions, type PolicyFlags } from '../policy-options.js';
import { addRuleOptions, checksOf, refusedFlagsOf, rulesOf } from '../rule-options.js';
import { addSessionOptions, withSession } from '../session-options.js';
import { type StrategyFlags, strategyOption } from '../strategies.js';
import { addTaskOptions, type TaskFlags, taskDemandsOf } from '../task-options.js';

const ROLES = ['injector', 'solver'] as const;

interface PlayFlags extends RepositoryFlags, StrategyFlags, PolicyFlags, TaskFlags {
  readonly rounds: number;
  readonly group: number;
  readonly seed: number;
  readonly out: string;
  readonly tries: number;
  readonly alpha: number;
  readonly higherOrder?: true | number;
  readonly settle: 'library' | 'trainer';
  readonly check: boolean;
  readonly json?: boolean;
}

export function playCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('play')
    .description(
      'Play rounds of self-play: inject, validate, solve, grade, reward. Called again, it goes on with the run. ' +
        'Exit code 0: all was played, 3: broken infrastructure left something undone.',
    )
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
    .option(
      '--higher-order [n]',
      'make bugs of order 2 of failed attempts: of all, or of n in each round',
      numberIn({ min: 0 }),
    )
    .addOption(
      choice('--settle <mode>', 'who makes rewards of what happened', ['library', 'trainer']).default('library'),
    )
    .option('--json', 'print one JSON object')
    .action(async (flags: PlayFlags) => finish(await playRun(flags)));
  addRepositoryOptions(command, '--repo <dir...>', 'the repositories to play on');
  addTaskOptions(command);
  return addSessionOptions(addRuleOptions(addPolicyOptions(command, ROLES))).addHelpText(
    'after',
    `
Without --policy a procedure injects and a search solves. With it the model plays both roles; what it is told, how it
calls tools, and which servers give trajectories to train on: docs/policies.md.

Examples:
  swe-selfplay play --repo ../shelf --rounds 10 --group 8 --strategy mutation --seed 1 --out runs/first
  swe-selfplay play --repo ../shelf ../other --rounds 5 --higher-order --out runs/second --json
  swe-selfplay play --repo ../shelf --policy http://localhost:8000/v1 --model my-model --concurrency 64 --out runs/third`,
  );
}

async function playRun(flags: PlayFlags): Promise<number> {
  checkRepository(flags);
  checkPlayers(flags, ROLES);
  return withSession(flags, (session, terminal, signal) =>
    withRepositories(flags, terminal, (environments) => {
      const prompts = promptsOf(flags, environments[0]!);
      return withPolicies(flags, ROLES, terminal, signal, async (policies) => {
        const injector = await injectorOf(flags, policies, prompts.injector, environments, session, terminal, signal);
        const parts = { ...session, injector, solver: solverOf(flags, policies, prompts.solver) };
        const { seed, rounds, group: groupSize, tries, alpha, higherOrder, settle, jobs, out: folder } = flags;
        const result = await play(environments, parts, {
          ...{ seed, rounds, groupSize, tries, alpha, higherOrder, settle, jobs, folder, signal },
          concurrency: concurrencyOf(flags, policies),
          rules: rulesOf(flags),
          checks: checksOf(flags),
          refusedFlags: refusedFlagsOf(flags),
          ...taskDemandsOf(flags),
          onEvent: createProgress(terminal),
        });
        const usage = usageOfRun(folder, flags);
        terminal.print(flags.json ? runAsJson(result, usage) : describeRun(result, usage));
        if (result.status === 'interrupted') return EXIT_CODES.interrupted;
        return result.rounds.every(isFinished) ? 0 : EXIT_CODES.infra;
      });
    }),
  );
}
