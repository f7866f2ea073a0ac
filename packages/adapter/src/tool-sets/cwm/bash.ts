import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_ACTION_CHARACTERS } from './action-limits.js';
import type { BashReply } from './bash-session.js';
import { describeSessionDeath } from './describe-session-death.js';
import type { RolloutShell } from './rollout-shell.js';

/** The tool that runs commands in the bash session of the rollout. `timeoutMs` is the session's, told to the policy. */
export function createCwmBashTool(shell: RolloutShell, timeoutMs: number): Tool<{ command: string }> {
  return {
    name: 'bash',
    description:
      'Runs one or more bash commands in a session that keeps its directory, variables and background processes from ' +
      'call to call; it starts at the root of the repository. Commands cannot ask for input. A call that takes more ' +
      `than ${timeoutMs / 1000} seconds or writes too much ends the session, and a fresh one starts.`,
    input: z.strictObject({
      command: z.string().min(1).max(MAX_ACTION_CHARACTERS).describe('the command or commands, on any number of lines'),
    }),
    text: {
      description: 'the command or commands, on any number of lines',
      read: (command) => ({ command }),
    },
    async execute({ command }, place) {
      return { status: 'replied', text: replyText(await shell.execute(command, place)) };
    },
    close: () => shell.close(),
  };
}

function replyText(reply: BashReply): string {
  if (reply.status === 'done') return reply.output;
  return reply.cause === 'cancelled' ? 'The command was cancelled.' : describeSessionDeath(reply.cause);
}
