import { countAttempts, solveRate } from '@swe-selfplay/reward';
import { createSearchSolver } from '@swe-selfplay/solver';
import { Command } from 'commander';
import { printable, table } from '../../printable.js';
import { EXIT_CODES } from '../exit-code.js';
import { type GradedAttempt, gradeAttempts } from '../grade-attempts.js';
import { withRepository } from '../open-repository.js';
import { openTask } from '../open-task.js';
import { numberIn } from '../parse-option.js';
import { addRuleOptions, type RuleFlags, rulesOf } from '../rule-options.js';
import { addSessionOptions, type SessionFlags, withSession } from '../session-options.js';

interface SolveFlags extends SessionFlags, RuleFlags {
  readonly repo: string;
  readonly rev?: string;
  readonly attempts: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

export function solveCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('solve')
    .description('Let the search solver try a valid artifact. Exit code 0: some attempt solved it, 1: none did.')
    .argument('<artifact-dir>', 'the directory of the five files')
    .requiredOption('--repo <dir>', 'the repository that the artifact is for')
    .option('--rev <revision>', 'its revision (default: HEAD)')
    .option('--attempts <n>', 'attempts, each with a seed of its own', numberIn({ min: 1, max: 10_000 }), 8)
    .option('--seed <n>', 'seed of all attempts', numberIn({ min: 0 }), 0)
    .requiredOption('--out <dir>', 'a new folder for the patches and how they were graded')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, flags: SolveFlags) => finish(await solve(folder, flags)));
  return addSessionOptions(addRuleOptions(command)).addHelpText(
    'after',
    '\nExample:\n  swe-selfplay solve my-bug --repo ../shelf --attempts 8 --seed 1 --out attempts',
  );
}

async function solve(artifact: string, flags: SolveFlags): Promise<number> {
  return withSession(flags, (session, terminal, signal) =>
    withRepository(flags, terminal, async (environment) => {
      const opened = await openTask(artifact, environment, flags, session, terminal, signal);
      if (opened.status === 'infra') {
        terminal.warn(`error: ${opened.reason}`);
        return EXIT_CODES.infra;
      }
      const { attempts, jobs, seed, out: folder } = flags;
      const onGraded = (graded: GradedAttempt) => terminal.say(`attempt ${graded.attempt}: ${graded.status}`);
      const options = {
        ...session,
        signal,
        attempts,
        jobs,
        seed,
        folder,
        onGraded,
        timeoutMs: rulesOf(flags).timeoutMs,
      };
      const graded = await gradeAttempts(opened.task, createSearchSolver(), options);
      terminal.print(flags.json ? asJson(graded) : describe(graded));
      return exitCodeFor(graded);
    }),
  );
}

function exitCodeFor(attempts: readonly GradedAttempt[]): number {
  if (countAttempts(attempts).graded === 0) return EXIT_CODES.infra;
  return countAttempts(attempts).solved > 0 ? 0 : 1;
}

function asJson(attempts: readonly GradedAttempt[]): string {
  const counts = countAttempts(attempts);
  return JSON.stringify({ ...counts, solveRate: solveRate(counts) ?? null, attempts });
}

function describe(attempts: readonly GradedAttempt[]): string {
  const { solved, graded } = countAttempts(attempts);
  const rows = attempts.map(({ attempt, status, reason }) => [attempt, status, printable(reason)]);
  return `${table([['attempt', 'outcome', 'reason'], ...rows])}\n\n${solved} of ${graded} solved`;
}
