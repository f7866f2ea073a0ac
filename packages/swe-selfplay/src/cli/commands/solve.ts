import { countAttempts, hiddenOracleGap, solveRate } from '@swe-selfplay/reward';
import { Command } from 'commander';
import { printable, table } from '../../printable.js';
import { environmentKey } from '../../round-setup.js';
import { describeUsage, type RoleUsage, usageOf } from '../describe-usage.js';
import { EXIT_CODES } from '../exit-code.js';
import { type GradedAttempt, gradeAttempts } from '../grade-attempts.js';
import { keepTrajectories } from '../kept-trajectories.js';
import { concurrencyOf, withPolicies } from '../open-policies.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepository } from '../open-repository.js';
import { openTask } from '../open-task.js';
import { numberIn } from '../parse-option.js';
import { checkPlayers, promptsOf, solverOf } from '../players.js';
import { addPolicyOptions, type PolicyFlags } from '../policy-options.js';
import { addRuleOptions, type RuleFlags, refusedFlagsOf, rulesOf } from '../rule-options.js';
import { addSessionOptions, withSession } from '../session-options.js';
import { addTaskOptions, type TaskFlags, taskDemandsOf } from '../task-options.js';

const ROLES = ['solver'] as const;

interface SolveFlags extends RepositoryFlags, RuleFlags, PolicyFlags, TaskFlags {
  readonly attempts: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

export function solveCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('solve')
    .description(
      'Let a search, or with --policy a model, try a valid artifact. Exit code 0: some attempt solved it, 1: none did.',
    )
    .argument('<artifact-dir>', 'the directory of the five files')
    .option('--attempts <n>', 'attempts, each with a seed of its own', numberIn({ min: 1, max: 10_000 }), 8)
    .option('--seed <n>', 'seed of all attempts', numberIn({ min: 0 }), 0)
    .requiredOption('--out <dir>', 'a new folder for the patches and how they were graded')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, flags: SolveFlags) => finish(await solve(folder, flags)));
  addTaskOptions(command);
  addRepositoryOptions(command, '--repo <dir>', 'the repository that the artifact is for');
  return addSessionOptions(addRuleOptions(addPolicyOptions(command, ROLES))).addHelpText(
    'after',
    `
Examples:
  swe-selfplay solve my-bug --repo ../shelf --attempts 8 --seed 1 --out attempts
  swe-selfplay solve my-bug --repo ../shelf --policy http://localhost:8000/v1 --model my-model --out attempts`,
  );
}

async function solve(artifact: string, flags: SolveFlags): Promise<number> {
  checkRepository(flags);
  checkPlayers(flags, ROLES);
  return withSession(flags, (session, terminal, signal) =>
    withRepository(flags, terminal, async (environment) => {
      const prompts = promptsOf(flags, environment).solver;
      const demands = { ...taskDemandsOf(flags), hiddenSeed: flags.seed };
      const opened = await openTask(artifact, environment, flags, session, terminal, signal, demands);
      if (opened.status === 'infra') {
        terminal.warn(`error: ${opened.reason}`);
        return EXIT_CODES.infra;
      }
      return withPolicies(flags, ROLES, terminal, signal, async (policies) => {
        const solver = solverOf(flags, policies, prompts);
        const { attempts, jobs, seed, out: folder } = flags;
        const { timeoutMs } = rulesOf(flags);
        const origin = { environment: environmentKey(environment), digest: environment.digest };
        const trajectories = keepTrajectories(folder, { ...origin, configuration: [solver.name, seed, timeoutMs] });
        const onGraded = (graded: GradedAttempt) => terminal.say(`attempt ${graded.attempt}: ${graded.status}`);
        const concurrency = concurrencyOf(flags, policies);
        const options = {
          ...session,
          signal,
          attempts,
          jobs,
          concurrency,
          seed,
          folder,
          onGraded,
          timeoutMs,
          refusedFlags: refusedFlagsOf(flags),
          trajectories,
        };
        const graded = await gradeAttempts(opened.task, solver, options).finally(() => trajectories.close());
        const usage = usageOf('solver', trajectories.conversations, flags);
        terminal.print(flags.json ? asJson(graded, usage) : describe(graded, usage, folder));
        return exitCodeFor(graded);
      });
    }),
  );
}

function exitCodeFor(attempts: readonly GradedAttempt[]): number {
  if (countAttempts(attempts).graded === 0) return EXIT_CODES.infra;
  return countAttempts(attempts).solved > 0 ? 0 : 1;
}

function asJson(attempts: readonly GradedAttempt[], usage: RoleUsage | undefined): string {
  const counts = countAttempts(attempts);
  const gap = hiddenOracleGap(attempts);
  const hidden = gap.judged === 0 ? null : gap;
  return JSON.stringify({ ...counts, solveRate: solveRate(counts) ?? null, hidden, attempts, usage: usage ?? null });
}

function describe(attempts: readonly GradedAttempt[], usage: RoleUsage | undefined, folder: string): string {
  const { solved, graded } = countAttempts(attempts);
  const rows = attempts.map(({ attempt, status, reason }) => [attempt, status, printable(reason)]);
  const list = table([['attempt', 'outcome', 'reason'], ...rows]);
  const { judged, publicPassed, privateFailed } = hiddenOracleGap(attempts);
  const gap = `, ${privateFailed} of ${publicPassed} that pass what is shown fail what is hidden`;
  return [
    list,
    '',
    `${solved} of ${graded} solved${judged === 0 ? '' : gap}`,
    ...describeUsage(usage ? [usage] : [], folder),
  ].join('\n');
}
