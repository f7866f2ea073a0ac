import { SandboxError } from './sandbox-error.js';

const EXHAUSTED = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** A failure of the host's file system as the SandboxError that it means; any other error as it is. */
export function asHostFailure(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const code = EXHAUSTED.has((error as NodeJS.ErrnoException).code ?? '') ? 'host-exhausted' : 'sandbox-failed';
  return new SandboxError(code, `${what}: ${error.message}`, { cause: error });
}
