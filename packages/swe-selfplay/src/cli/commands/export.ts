import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METHOD_PRESETS, type MethodName } from '@swe-selfplay/reward';
import { filterForRft, filterTrajectories, type TrajectoryRecord } from '@swe-selfplay/trajectory';
import { Command } from 'commander';
import { EXPORT_FORMATS, exportTrajectories } from '../../export-trajectories.js';
import { counted, printable } from '../../printable.js';
import { trainingSignals } from '../../training-signals.js';
import { readLatestTrajectories } from '../../trajectory-log.js';
import { UsageError } from '../exit-code.js';
import { choice } from '../parse-option.js';
import { openTerminal } from '../terminal.js';

interface ExportFlags {
  readonly format: keyof typeof EXPORT_FORMATS | typeof ADVANTAGES;
  readonly method?: MethodName;
  readonly role?: 'injector' | 'solver';
  readonly filter?: keyof typeof FILTERS;
  readonly out: string;
  readonly quiet?: boolean;
}

/** Not of each trajectory by itself: what a group is worth to a trainer. */
const ADVANTAGES = 'advantages';

/** Which trajectories are worth imitating; see `TRAJECTORY_RULES`. */
const FILTERS = {
  light: (all: readonly TrajectoryRecord[]) => filterTrajectories(all, 'light'),
  strict: (all: readonly TrajectoryRecord[]) => filterTrajectories(all, 'strict'),
  rft: filterForRft,
} as const;

export function exportCommand(finish: (exitCode: number) => void): Command {
  return new Command('export')
    .description(
      'Write the trajectories of a run in the form of a trainer, a JSON object a line. Exit code 0: written, 1: nothing to write.',
    )
    .argument('<run-dir>', 'the folder of a run, or of inject or solve')
    .addOption(
      choice('--format <name>', 'the form', [...Object.keys(EXPORT_FORMATS), ADVANTAGES]).makeOptionMandatory(),
    )
    .addOption(
      choice('--method <name>', `of --format ${ADVANTAGES}: whose rewards and advantages`, Object.keys(METHOD_PRESETS)),
    )
    .addOption(choice('--role <name>', 'only those of one role', ['injector', 'solver']))
    .addOption(
      choice(
        '--filter <name>',
        'only those worth imitating: light, passed; strict, without a fault as well; rft, passed and with format errors masked',
        Object.keys(FILTERS),
      ),
    )
    .requiredOption('--out <file>', 'the file to write')
    .option('-q, --quiet', 'say nothing but what is wrong')
    .action(async (folder: string, flags: ExportFlags) => finish(await exportRun(folder, flags)))
    .addHelpText(
      'after',
      `
Examples:
  swe-selfplay export runs/third --format skyrl --role solver --out solver.jsonl
  swe-selfplay export runs/third --format critic --out critic.jsonl
  swe-selfplay export runs/third --format advantages --method deepswe --out advantages.jsonl`,
    );
}

function numberOf(count: number): string {
  return count === 1 ? '1 trajectory' : `${count} trajectories`;
}

/** Line by line: whole runs are longer than a string may be. */
function writeLines(out: string, lines: readonly unknown[]): void {
  try {
    const file = openSync(out, 'w');
    for (const line of lines) writeFileSync(file, `${JSON.stringify(line)}\n`);
    closeSync(file);
  } catch (cause) {
    throw new UsageError(`Expected --out to name a file that can be written; ${(cause as Error).message}`, { cause });
  }
}

async function exportRun(folder: string, flags: ExportFlags): Promise<number> {
  const { format, method, role, filter, out, quiet } = flags;
  if ((format === ADVANTAGES) !== (method !== undefined))
    throw new UsageError(`Expected --method together with --format ${ADVANTAGES}, and with no other.`);
  const terminal = openTerminal({ quiet });
  const all = await readLatestTrajectories(join(folder, 'trajectories.jsonl'));
  if (all.length === 0) throw new UsageError(`Expected trajectories in ${folder}; no model has played there.`);
  const ofRole = all.filter((trajectory) => role === undefined || trajectory.role === role);
  const { kept: chosen, leftOut } =
    filter === undefined ? { kept: ofRole, leftOut: new Map() } : FILTERS[filter](ofRole);
  for (const [reason, count] of leftOut) terminal.warn(`filtered out ${numberOf(count)}: ${reason}`);
  const { lines, skipped } =
    method === undefined
      ? exportTrajectories(chosen, format)
      : { lines: trainingSignals(chosen, method), skipped: new Map<string, number>() };
  const left = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  for (const [reason, count] of skipped) terminal.warn(`left out ${numberOf(count)}: ${printable(reason)}`);
  if (lines.length === 0) {
    terminal.warn(
      `Nothing to write: ${ofRole.length === 0 ? `no trajectory is of the ${role}` : 'all were left out'}.`,
    );
    return 1;
  }
  writeLines(out, lines);
  terminal.print(`${counted(lines.length, 'line')} of ${numberOf(chosen.length - left)} in ${out}`);
  return 0;
}
