import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { EXPORT_FORMATS, exportTrajectories } from '../../export-trajectories.js';
import { counted } from '../../printable.js';
import { readLatestTrajectories } from '../../trajectory-log.js';
import { UsageError } from '../exit-code.js';
import { choice } from '../parse-option.js';
import { openTerminal } from '../terminal.js';

interface ExportFlags {
  readonly format: keyof typeof EXPORT_FORMATS;
  readonly role?: 'injector' | 'solver';
  readonly out: string;
  readonly quiet?: boolean;
}

export function exportCommand(finish: (exitCode: number) => void): Command {
  return new Command('export')
    .description('Write the trajectories of a run in the form of a trainer, a JSON object a line.')
    .argument('<run-dir>', 'the folder of a run, or of inject or solve')
    .addOption(choice('--format <name>', 'the form', Object.keys(EXPORT_FORMATS)).makeOptionMandatory())
    .addOption(choice('--role <name>', 'only those of one role', ['injector', 'solver']))
    .requiredOption('--out <file>', 'the file to write')
    .option('-q, --quiet', 'say nothing but what is wrong')
    .action(async (folder: string, flags: ExportFlags) => finish(await exportRun(folder, flags)))
    .addHelpText(
      'after',
      '\nExample:\n  swe-selfplay export runs/third --format skyrl --role solver --out solver.jsonl',
    );
}

function numberOf(count: number): string {
  return count === 1 ? '1 trajectory' : `${count} trajectories`;
}

async function exportRun(folder: string, { format, role, out, quiet }: ExportFlags): Promise<number> {
  const terminal = openTerminal({ quiet });
  const all = await readLatestTrajectories(join(folder, 'trajectories.jsonl'));
  if (all.length === 0) throw new UsageError(`Expected trajectories in ${folder}; no model has played there.`);
  const { lines, skipped } = exportTrajectories(
    all.filter((trajectory) => role === undefined || trajectory.role === role),
    format,
  );
  writeFileSync(out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  for (const [reason, count] of skipped) terminal.warn(`left out ${numberOf(count)}: ${reason}`);
  terminal.print(`${counted(lines.length, 'line')} in ${out}`);
  return 0;
}
