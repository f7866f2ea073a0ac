import type { CommandResult } from '@swe-selfplay/sandbox';
import { z } from 'zod';
import type { Tool } from '../tool.js';

export interface BashToolOptions {
  /** Wall time of one command. Default 120000. */
  readonly timeoutMs?: number;
  /** Longest reply in characters; a longer one keeps its beginning and end and says what is missing. Default 16000. */
  readonly maxReplyLength?: number;
}

/** The tool that runs a bash command at the root of the workspace. Files stay between calls, processes do not. */
export function createBashTool(options: BashToolOptions = {}): Tool<{ command: string }> {
  const timeoutMs = options.timeoutMs ?? 120_000;
  const maxReplyLength = options.maxReplyLength ?? 16_000;
  return {
    name: 'bash',
    description:
      'Runs a command with bash at the root of the repository. Each call is a new shell: files stay, variables, the ' +
      'working directory and background processes do not.',
    input: z.strictObject({ command: z.string().min(1).max(100_000) }),
    text: { description: 'the command', read: (command) => ({ command }) },
    async execute({ command }, { sandbox, signal }) {
      // On stdin: an argument may hold at most 128 KiB and no NUL byte.
      const argv = ['bash', '-c', 'eval "$(cat)" < /dev/null'];
      const stdin = Buffer.from(command);
      const result = await sandbox.run({ argv, stdin, mergeOutput: true, timeoutMs, signal });
      return { status: 'replied', text: replyText(result, maxReplyLength) };
    },
  };
}

function replyText(result: CommandResult, maxLength: number): string {
  return `${endingText(result)}\n${shorten(Buffer.from(result.stdout).toString('utf8'), maxLength)}`;
}

function endingText({ ending, exitCode, durationMs }: CommandResult): string {
  switch (ending) {
    case 'exited':
      return `exit code ${exitCode}`;
    case 'killed':
      return 'killed by a signal';
    case 'timed-out':
      return `killed: still running after ${(durationMs / 1000).toFixed(1)} s`;
    case 'output-exceeded':
      return 'killed: wrote more than the allowed output';
    case 'memory-exceeded':
      return 'killed: used more than the allowed memory';
    case 'cancelled':
      return 'cancelled';
  }
}

/** Keeps beginning and end, where commands usually say what matters. */
function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor(maxLength / 2);
  const dropped = text.length - 2 * half;
  return `${text.slice(0, half)}\n[... ${dropped} characters left out ...]\n${text.slice(text.length - half)}`;
}
