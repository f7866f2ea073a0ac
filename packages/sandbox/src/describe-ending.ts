import type { ProcessResult } from './run-process.js';
import type { Command, CommandResult } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import type { ProcessEnd } from './start-process.js';

/** The result of a command that ran to its end. */
export function describeEnding(result: ProcessResult, hasMemoryKill: boolean): CommandResult {
  const { stdout, stderr, durationMs } = result;
  return { stdout, stderr, durationMs, ...endingOf(result, hasMemoryKill) };
}

/**
 * How a command ended, from what its wrapper reported on the status pipe: `. CODE`. A command that a signal ended has
 * the exit code 128 + signal, as in a shell, which cannot be told from a program that exits with that number; `killed`
 * is a command whose wrapper itself was killed.
 */
export function endingOf(
  { status, stopReason }: ProcessEnd,
  hasMemoryKill: boolean,
): Pick<CommandResult, 'exitCode' | 'ending'> {
  const code = /^\.? (\d+)\n$/.exec(status)?.[1];
  if (hasMemoryKill) return { exitCode: undefined, ending: 'memory-exceeded' };
  if (stopReason !== undefined) return { exitCode: undefined, ending: stopReason };
  if (code === undefined) return { exitCode: undefined, ending: 'killed' };
  return { exitCode: Number(code), ending: 'exited' };
}

/** Throws SandboxError `invalid-request` for a command that no operating system could start. */
export function assertCommand(command: Pick<Command, 'argv' | 'env'>): void {
  const [program] = command.argv;
  const strings = [...command.argv, ...Object.values(command.env ?? {})];
  if (program === undefined || program === '' || program.includes('=')) {
    throw new SandboxError('invalid-request', 'Expected argv to start with a program whose name has no "=".');
  }
  if (Object.keys(command.env ?? {}).some((name) => name === '' || /[=\0]/.test(name))) {
    throw new SandboxError('invalid-request', 'Expected names of environment variables without "=" and NUL.');
  }
  if (strings.some((text) => text.includes('\0') || Buffer.byteLength(text) > 100_000)) {
    throw new SandboxError('invalid-request', 'Expected arguments of at most 100,000 bytes, without NUL.');
  }
}
