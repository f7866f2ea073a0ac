import type { Budget, ToolSet } from '../tool-set.js';
import { createCwmBashTool } from './cwm/bash.js';
import type { BashSessionOptions } from './cwm/bash-session.js';
import { createCwmCreateTool } from './cwm/create.js';
import { createCwmEditTool } from './cwm/edit.js';
import { besideSession, createRolloutShell } from './cwm/rollout-shell.js';
import { createCwmSubmitTool } from './cwm/submit.js';

export interface CwmToolSetOptions extends BashSessionOptions {
  /** Longest reply in characters; default 100,000, for the paper's 32,768 tokens, since there is no tokenizer here. */
  readonly maxReplyCharacters?: number;
}

/**
 * The tools of the Code World Model's scaffold, which the paper's agents work with: a bash session, edit by search and
 * replacement, create, and a submission that may be made again until a message without a call ends the work.
 */
export function createCwmToolSet(options: CwmToolSetOptions = {}): ToolSet {
  const { maxReplyCharacters = 100_000, ...sessionOptions } = options;
  const session = { ...sessionOptions, timeoutMs: options.timeoutMs ?? 120_000 };
  return {
    name: 'cwm',
    endsWith: 'final-message',
    createTools({ submission, extra }) {
      const shell = createRolloutShell(session);
      return [
        createCwmBashTool(shell, session.timeoutMs),
        createCwmEditTool(shell),
        createCwmCreateTool(shell),
        ...extra.map((tool) => besideSession(tool, shell)),
        createCwmSubmitTool(shell, submission),
      ];
    },
    formatReply: (text, budget) => formatReply(text, budget, maxReplyCharacters),
  };
}

function formatReply(text: string, { remainingTurns, remainingTokens }: Budget, maxCharacters: number): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}[...]` : text;
  // Bytes hold no half characters, which a policy can write in JSON, a cut can leave and servers refuse; and a text made
  // of them does not keep the whole of which it is a part in memory.
  const shown = Buffer.from(cut).toString();
  const tokens = remainingTokens === undefined ? '' : `\n* Remaining tokens: ${remainingTokens}`;
  return `<output>\n${shown}\n</output>\n\n<budget>\n* Remaining turns: ${remainingTurns}${tokens}\n</budget>`;
}
