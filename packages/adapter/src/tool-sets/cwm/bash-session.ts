import { type Sandbox, SandboxError } from '@swe-selfplay/sandbox';
import type { BashReply } from './bash-reply.js';
import { type BashShell, startBashShell } from './bash-shell.js';

export type { BashDeath, BashReply } from './bash-reply.js';

/**
 * A bash that keeps its directory, variables, functions, options and background jobs from one command to the next. It
 * starts with the first command, and anew, at the root of the workspace, with the first one after it died.
 */
export interface BashSession {
  /**
   * Runs a command of any text; its standard input is empty. Commands wait for each other. Where the session died since
   * the last command, or its background processes wrote too much, that is the reply, and the command was not run.
   * Throws SandboxError where the sandbox failed or the session is closed.
   */
  execute(command: string, options: { readonly signal: AbortSignal }): Promise<BashReply>;
  /** Ends the session, what runs in it included. */
  close(): Promise<void>;
}

export interface BashSessionOptions {
  /** Wall time of one command, in milliseconds; default 120,000. */
  readonly timeoutMs?: number;
  /** Output of one command, with what background processes wrote since the last one; default 480 KiB. */
  readonly maxOutputBytes?: number;
}

/** What bash itself says of a text that it cannot read. */
const UNREADABLE: BashReply = { status: 'done', exitCode: 2, output: 'bash: a command cannot contain a NUL byte' };

/** The bash of the CWM scaffold, its limits included. The sandbox stays open when the session closes. */
export function createBashSession(sandbox: Sandbox, options: BashSessionOptions = {}): BashSession {
  const { timeoutMs = 120_000, maxOutputBytes = 480 * 1024 } = options;
  const closing = new AbortController();
  let shell: BashShell | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function execute(command: string, signal: AbortSignal): Promise<BashReply> {
    if (closing.signal.aborted) throw new SandboxError('sandbox-closed', 'The bash session is closed.');
    if (command.includes('\0')) return UNREADABLE;
    shell ??= await startBashShell(sandbox, maxOutputBytes);
    let isAlive = false;
    try {
      const reply = await shell.run(command, { timeoutMs, signal: AbortSignal.any([signal, closing.signal]) });
      isAlive = reply.status === 'done';
      return reply;
    } finally {
      if (!isAlive) shell = undefined;
    }
  }

  return {
    execute(command, { signal }) {
      const reply = last.then(() => execute(command, signal));
      last = reply.catch(() => {});
      return reply;
    },
    async close() {
      closing.abort();
      await last;
      await shell?.kill();
      shell = undefined;
    },
  };
}
