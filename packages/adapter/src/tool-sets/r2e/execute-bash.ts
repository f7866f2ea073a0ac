import type { CommandResult } from '@swe-selfplay/sandbox';
import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_ACTION_CHARACTERS } from '../cwm/action-limits.js';
import type { RolloutShell } from '../cwm/rollout-shell.js';
import { clipReply } from './clip-reply.js';

/** Programs that are turned down as the first word of a command. */
export const BLOCKED_PROGRAMS: readonly string[] = ['cd', 'ipython', 'jupyter', 'pip', 'nohup'];

/**
 * The tool that runs a command with bash at the root of the repository, in a new shell each time. What is blocked would do
 * nothing there or wait for ever; this is advice and keeps nobody from it, which is what the sandbox is for.
 */
export function createExecuteBashTool(
  shell: RolloutShell,
  timeoutMs: number,
  blocked: readonly string[],
): Tool<{ cmd: string }> {
  return {
    name: 'execute_bash',
    description:
      'Runs a command with bash at the root of the repository. Each call is a new shell: files stay, variables, the ' +
      `working directory and background processes do not. Not allowed are: ${blocked.join(', ') || 'none'}.`,
    input: z.strictObject({ cmd: z.string().min(1).max(MAX_ACTION_CHARACTERS).describe('the command') }),
    text: { description: 'the command', read: (cmd) => ({ cmd }) },
    async execute({ cmd }, place) {
      const [program = ''] = cmd.trim().split(/\s+/, 1);
      if (blocked.includes(program))
        return { status: 'replied', text: `The command ${JSON.stringify(program)} is not allowed. Use another one.` };
      // On stdin: an argument may hold at most 128 KiB and no NUL byte.
      const argv = ['bash', '-c', 'eval "$(cat)" < /dev/null'];
      const result = await shell.run({ argv, stdin: Buffer.from(cmd), timeoutMs }, place);
      return { status: 'replied', text: replyText(result) };
    },
  };
}

function replyText({ ending, exitCode, durationMs, stdout, stderr }: CommandResult): string {
  const end = {
    exited: `Exit code: ${exitCode}`,
    killed: 'It was killed by a signal.',
    'timed-out': `It was killed: still running after ${(durationMs / 1000).toFixed(1)} s.`,
    'output-exceeded': 'It was killed: it wrote more than is allowed.',
    'memory-exceeded': 'It was killed: it used more memory than is allowed.',
    cancelled: 'It was cancelled.',
  }[ending];
  const said = (bytes: Uint8Array) => clipReply(Buffer.from(bytes).toString('utf8'));
  return `${end}\n[STDOUT]\n\n${said(stdout)}\n\n[STDERR]\n\n${said(stderr)}`;
}
