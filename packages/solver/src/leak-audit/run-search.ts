import type { Sandbox } from '@swe-selfplay/sandbox';
import { SolverError } from '../solver-error.js';
import { searchCommand } from './search-program.js';

interface SearchBounds {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs one of our search programs in a sandbox; its input goes through a pipe and nothing of it stays there.
 * Throws SolverError `audit-failed` where it did not come to its end, and the reason of `signal`.
 */
export async function runSearch(
  sandbox: Pick<Sandbox, 'run'>,
  program: 'search' | 'list_toolchain',
  request: unknown,
  { timeoutMs, maxOutputBytes, signal }: SearchBounds,
): Promise<Buffer> {
  const result = await sandbox.run({
    argv: searchCommand(program),
    stdin: Buffer.from(JSON.stringify(request)),
    timeoutMs,
    maxOutputBytes,
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  if (result.ending === 'exited' && result.exitCode === 0) return Buffer.from(result.stdout);
  const said = Buffer.from(result.stderr).toString().trim().split('\n').at(-1) ?? '';
  const reason =
    result.ending === 'exited' ? `it exited with ${result.exitCode}: ${said}` : `it ended: ${result.ending}`;
  throw new SolverError('audit-failed', `Expected the search for leaks (python3 in the sandbox) to end; ${reason}`);
}
