import { readFile } from 'node:fs/promises';
import { type Evaluation, evaluatePatch } from '@swe-selfplay/evaluation';
import { Command } from 'commander';
import { printable } from '../../printable.js';
import { EXIT_CODES, UsageError } from '../exit-code.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepository } from '../open-repository.js';
import { openTask } from '../open-task.js';
import { addRuleOptions, type RuleFlags, refusedFlagsOf, rulesOf } from '../rule-options.js';
import { addSessionOptions, withSession } from '../session-options.js';
import { withInfraObject } from '../with-infra-object.js';

interface EvaluateFlags extends RepositoryFlags, RuleFlags {
  readonly patch: string;
  readonly json?: boolean;
}

const EXIT = { solved: 0, unsolved: 1, infra: EXIT_CODES.infra } as const;

export function evaluateCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('evaluate')
    .description('Grade one pred_patch on the task of a valid artifact. Exit code 0: solved, 1: unsolved.')
    .argument('<artifact-dir>', 'the directory of the five files')
    .requiredOption('--patch <file>', 'the pred_patch.diff')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, flags: EvaluateFlags) => finish(await evaluate(folder, flags)));
  addRepositoryOptions(command, '--repo <dir>', 'the repository that the artifact is for');
  return addSessionOptions(addRuleOptions(command)).addHelpText(
    'after',
    '\nExample:\n  swe-selfplay evaluate my-bug --repo ../shelf --patch pred_patch.diff',
  );
}

async function evaluate(folder: string, flags: EvaluateFlags): Promise<number> {
  checkRepository(flags);
  const patch = await readFile(flags.patch).catch((cause: Error) => {
    throw new UsageError(`Expected --patch to name a readable file; ${cause.message}`, { cause });
  });
  return withInfraObject(
    flags.json,
    (reason) => jsonOf(ungraded(reason)),
    (onPrinted) =>
      withSession(flags, (session, terminal, signal) =>
        withRepository(flags, terminal, async (environment) => {
          const opened = await openTask(folder, environment, flags, session, terminal, signal);
          const { timeoutMs } = rulesOf(flags);
          const options = { runner: session.runner, signal, timeoutMs, refusedFlags: refusedFlagsOf(flags) };
          const evaluation =
            opened.status === 'ready'
              ? await evaluatePatch(opened.task.grading, patch, options)
              : ungraded(opened.reason);
          terminal.print(flags.json ? JSON.stringify(jsonOf(evaluation)) : describe(evaluation));
          onPrinted();
          return EXIT[evaluation.status];
        }),
      ),
  );
}

function ungraded(reason: string): Evaluation {
  return { status: 'infra', reason, failed: [], missing: [], flags: [], ms: 0 };
}

function jsonOf({ status, ...evaluation }: Evaluation): object {
  return { status, solved: status === 'solved', ...evaluation };
}

function describe({ status, reason, failed, missing, flags }: Evaluation): string {
  const lines = [`${status}: ${printable(reason)}`];
  for (const id of failed) lines.push(`  failed   ${printable(id)}`);
  for (const id of missing) lines.push(`  missing  ${printable(id)}`);
  for (const flag of flags) lines.push(`  flag     ${flag}`);
  return lines.join('\n');
}
