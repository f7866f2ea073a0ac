import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { auditCommand } from './commands/audit.js';
import { evaluateCommand } from './commands/evaluate.js';
import { exportCommand } from './commands/export.js';
import { injectCommand } from './commands/inject.js';
import { playCommand } from './commands/play.js';
import { selectCommand } from './commands/select.js';
import { simulateCommand } from './commands/simulate.js';
import { solveCommand } from './commands/solve.js';
import { validateCommand } from './commands/validate.js';
import { describeFailure, EXIT_CODES, exitCodeOf } from './exit-code.js';
import { tolerateClosedOutputs } from './terminal.js';

/** Runs one command line and gives back its exit code. The result goes to stdout, everything else to stderr. */
export async function main(argv: string[]): Promise<number> {
  tolerateClosedOutputs();
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    process.stderr.write(`${describeFailure(error)}\n`);
    return exitCodeOf(error);
  }
}

/** Commands say what came of them by the exit code that they hand to `finish`. */
function createProgram(finish: (exitCode: number) => void): Command {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const program = new Command('swe-selfplay')
    .description('One policy breaks real repositories and repairs them.')
    .version(version)
    .showHelpAfterError('Run it with --help to see what it understands.');
  const commands = [
    validateCommand,
    evaluateCommand,
    injectCommand,
    solveCommand,
    playCommand,
    exportCommand,
    auditCommand,
    selectCommand,
    simulateCommand,
  ];
  for (const create of commands) program.addCommand(create(finish));
  // Settings are not inherited by commands that are made on their own.
  for (const command of [program, ...program.commands]) command.exitOverride().copyInheritedSettings(program);
  return program.addHelpText(
    'after',
    '\nExit codes: 0 and 1 are results (see each command), 2 wrong usage, 3 broken infrastructure, 130 interrupted.',
  );
}
