import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox, SandboxProcess } from '@swe-selfplay/sandbox';
import type { BashDeath, BashReply } from './bash-reply.js';
import { OPENING, wrapCommand } from './bash-wrapper.js';
import { createMarkedOutput } from './marked-output.js';

/** One running bash. After a reply `died` it is dead, with all that it started. */
export interface BashShell {
  /** Runs one command; never two at once. */
  run(command: string, bounds: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<BashReply>;
  kill(): Promise<void>;
}

type Outcome = { readonly status: 'done'; readonly exitCode: number } | { readonly status: BashDeath };

/** What a shell says of a command that SIGKILL ended; where memory was the cause, the sandbox then ends the shell too. */
const KILLED = 137;
const MEMORY_VERDICT_MS = 300;

/**
 * Starts a bash in the workspace. What its background processes write between two commands comes with the next one's
 * output; where it is more than `maxOutputBytes`, or where the shell ends meanwhile, the next `run` says so and does not
 * run its command. Throws SandboxError where the sandbox failed.
 */
export async function startBashShell(sandbox: Sandbox, maxOutputBytes: number): Promise<BashShell> {
  let previousExitCode = 0;
  let death: BashDeath | undefined;
  let failure: unknown;
  let settle: (outcome: Outcome) => void = () => {};
  let running: SandboxProcess | undefined;
  const output = createMarkedOutput(maxOutputBytes, () => {
    die('too-much-output');
    void running?.kill();
  });
  const shell = await sandbox.start({ argv: ['bash', '--noprofile', '--norc'] }, (chunk) => output.add(chunk));
  const ended = shell.ended.then(
    () => die('unexpected'),
    (error: unknown) => {
      failure = error;
      die('unexpected');
    },
  );
  running = shell;
  shell.write(Buffer.from(OPENING));

  function die(cause: BashDeath): void {
    death ??= cause;
    settle({ status: death });
  }

  async function waitForEnd(bounds: Parameters<BashShell['run']>[1]): Promise<Outcome> {
    const onAbort = () => die('cancelled');
    const timer = setTimeout(() => die('timeout'), bounds.timeoutMs);
    bounds.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<Outcome>((resolve) => {
        settle = resolve;
        if (bounds.signal.aborted) onAbort();
        if (death !== undefined) resolve({ status: death });
      });
    } finally {
      clearTimeout(timer);
      bounds.signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    async run(command, bounds) {
      if (death === undefined && !bounds.signal.aborted) {
        const mark = randomBytes(16).toString('hex');
        output.expect(mark, (exitCode) => settle({ status: 'done', exitCode }));
        shell.write(Buffer.from(wrapCommand(command, mark, previousExitCode)));
      }
      const outcome = await waitForEnd(bounds);
      if (outcome.status === 'done' && outcome.exitCode === KILLED)
        await Promise.race([ended, sleep(MEMORY_VERDICT_MS)]);
      if (outcome.status === 'done' && death === undefined) {
        previousExitCode = outcome.exitCode;
        return { status: 'done', exitCode: outcome.exitCode, output: decode(output.take()) };
      }
      await shell.kill();
      if (failure !== undefined) throw failure;
      return { status: 'died', cause: death ?? 'unexpected', output: decode(output.take()) };
    },
    async kill() {
      die('cancelled');
      await shell.kill();
    },
  };
}

/** Without one trailing newline. */
function decode(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\n$/, '');
}
