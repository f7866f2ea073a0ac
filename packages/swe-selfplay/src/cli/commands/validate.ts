import { readArtifactFolder } from '@swe-selfplay/artifact';
import { type Check, type ValidationReport, validateArtifact } from '@swe-selfplay/injector';
import { Command } from 'commander';
import { describeReport } from '../../describe-report.js';
import { EXIT_CODES } from '../exit-code.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepository } from '../open-repository.js';
import { addRuleOptions, checksOf, type RuleFlags, rulesOf } from '../rule-options.js';
import { addSessionOptions, withSession } from '../session-options.js';
import { withInfraObject } from '../with-infra-object.js';

interface ValidateFlags extends RepositoryFlags, RuleFlags {
  readonly all?: boolean;
  readonly json?: boolean;
}

const EXIT = { valid: 0, invalid: 1, infra: EXIT_CODES.infra } as const;

export function validateCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('validate')
    .description('Run the checks on a bug artifact. Exit code 0: valid, 1: invalid.')
    .argument('<artifact-dir>', 'the directory of the five files')
    .option('--all', 'go on after the first failing check')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, flags: ValidateFlags) => finish(await validate(folder, flags)));
  addRepositoryOptions(command, '--repo <dir>', 'the repository that the artifact is for');
  return addSessionOptions(addRuleOptions(command)).addHelpText(
    'after',
    `
Examples:
  swe-selfplay validate runs/first/artifacts/shelf@0123456789ab/round-1-candidate-1 --repo ../shelf
  swe-selfplay validate my-bug --repo ../shelf --rev v1.2 --all --json`,
  );
}

async function validate(folder: string, flags: ValidateFlags): Promise<number> {
  checkRepository(flags);
  const reading = await readArtifactFolder(folder);
  const onBroken = (reason: string) => undecided(reason, checksOf(flags));
  return withInfraObject(flags.json, onBroken, (onPrinted) =>
    withSession(flags, (session, terminal, signal) =>
      withRepository(flags, terminal, async (environment) => {
        const report = await validateArtifact(reading, environment, {
          runner: session.runner,
          rules: rulesOf(flags),
          checks: checksOf(flags),
          runAll: flags.all,
          signal,
          onVerdict: ({ id, status }) => terminal.status(`${id}: ${status}`),
        });
        terminal.print(flags.json ? JSON.stringify(report) : describeReport(report));
        onPrinted();
        return EXIT[report.status];
      }),
    ),
  );
}

/** The report of a validation that could not begin. */
function undecided(reason: string, wanted: readonly Check[]): ValidationReport {
  const checks = wanted.map(({ id }) => ({ id, status: 'skipped' as const, reason, evidence: {}, ms: 0 }));
  const runs = { executed: 0, cached: 0 };
  return { status: 'infra', valid: false, checks, failToPass: [], passToPass: [], flaky: [], runs, ms: 0 };
}
