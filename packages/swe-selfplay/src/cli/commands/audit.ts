import { type Audit, auditEnvironment, EXPLOITS, type Exploit, type ExploitResult } from '@swe-selfplay/exploits';
import { Command } from 'commander';
import { counted, printable, table } from '../../printable.js';
import { EXIT_CODES, UsageError } from '../exit-code.js';
import { addRepositoryOptions, checkRepository, type RepositoryFlags, withRepository } from '../open-repository.js';
import { numberIn } from '../parse-option.js';
import { addRuleOptions, type RuleFlags, rulesOf } from '../rule-options.js';
import { addSessionOptions, withSession } from '../session-options.js';
import { withInfraObject } from '../with-infra-object.js';

interface AuditFlags extends RepositoryFlags, RuleFlags {
  readonly seed: number;
  readonly core?: boolean;
  readonly route?: readonly string[];
  readonly json?: boolean;
}

const EXIT = { sound: 0, unsound: 1, undecided: EXIT_CODES.infra } as const;

export function auditCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('audit')
    .description('Play known cheats against a repository and your settings. Exit code 0: none paid more than it may.')
    .option('--seed <n>', 'the first seed for the bug that is cheated on', numberIn({ min: 0 }), 1)
    .option('--core', 'only the fast core of the cheats')
    .option('--route <id...>', 'only cheats of these routes, such as B17, or of these names')
    .option('--json', 'print one JSON object')
    .action(async (flags: AuditFlags) => finish(await audit(flags)));
  addRepositoryOptions(command, '--repo <dir>', 'the repository to cheat on');
  return addSessionOptions(addRuleOptions(command)).addHelpText(
    'after',
    `
Examples:
  swe-selfplay audit --repo ../shelf
  swe-selfplay audit --repo ../shelf --profile strict --route A7 B17 B30`,
  );
}

async function audit(flags: AuditFlags): Promise<number> {
  checkRepository(flags);
  const exploits = chosenExploits(flags);
  return withInfraObject(flags.json, undecided, (onPrinted) =>
    withSession(flags, (session, terminal, signal) =>
      withRepository(flags, terminal, async (environment) => {
        const { seed, jobs, profile } = flags;
        let played = 0;
        terminal.status('looking for a bug to cheat on');
        const result = await auditEnvironment(environment, {
          ...{ ...session, exploits, profile, seed, jobs, signal },
          rules: rulesOf(flags),
          onResult: ({ id, outcome }) => {
            played += 1;
            terminal.status(`${played} of ${exploits.length}: ${id}: ${outcome}`);
          },
        });
        terminal.print(flags.json ? JSON.stringify(result) : describe(result));
        onPrinted();
        return EXIT[result.status];
      }),
    ),
  );
}

/** Throws UsageError for a route or name that no exploit has. */
function chosenExploits({ route: wanted, core }: AuditFlags): readonly Exploit[] {
  const known = new Set(EXPLOITS.flatMap(({ route, id }) => [route, id]));
  const unknown = (wanted ?? []).filter((each) => !known.has(each));
  if (unknown.length > 0) {
    throw new UsageError(`Expected --route to name routes such as B17 or exploits, got ${unknown.join(', ')}.`);
  }
  return EXPLOITS.filter(
    ({ route, id, isCore }) =>
      (!core || isCore) && (wanted === undefined || wanted.includes(route) || wanted.includes(id)),
  );
}

function undecided(reason: string): object {
  return { status: 'undecided', reason, controls: [], results: [] };
}

function describe({ status, profile, bug, controls, results, ms }: Audit): string {
  const rows = results.map(({ route, id, outcome, expected, control, isAsExpected }) => [
    route,
    id,
    outcome,
    isAsExpected ? '' : control?.holds === false ? 'its control does not hold' : `expected ${expected}`,
  ]);
  const list = table([['route', 'cheat', 'outcome', ''], ...rows]);
  const wrong = [
    ...controls.filter(({ holds }) => !holds).map(({ id, detail }) => `control ${id}: ${printable(detail)}`),
    ...results.filter(({ isAsExpected }) => !isAsExpected).map(describeWrong),
  ];
  const counts = ['blocked', 'flagged', 'open', 'not-applicable', 'undecided']
    .map((outcome) => [outcome, results.filter((result) => result.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const seconds = Math.round(ms / 1000);
  const subject = `bug in ${bug.files.map(printable).join(', ')}, ${counted(bug.failToPass, 'failing test')}`;
  return [
    ...[list, ''],
    ...wrong,
    `${status} (${profile} profile): ${counts.join(', ')} of ${counted(results.length, 'cheat')}, ${seconds} s; ${subject}`,
  ].join('\n');
}

function describeWrong({ route, id, detail, control }: ExploitResult): string {
  return `${route} ${id}: ${printable(detail)}${control === undefined ? '' : ` ${printable(control.detail)}`}`;
}
