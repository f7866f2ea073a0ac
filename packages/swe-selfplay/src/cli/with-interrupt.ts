import { EXIT_CODES } from './exit-code.js';
import type { Terminal } from './terminal.js';

/**
 * Does something that Ctrl-C ends in good order: the first aborts the signal, so that what runs is ended and what was
 * earned is written; the second ends the process at once.
 */
export async function withInterrupt<Result>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | typeof EXIT_CODES.interrupted> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    terminal.warn('Interrupted: ending what runs and keeping what was earned. Once more ends it at once.');
    controller.abort(new Error('Interrupted.'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const result = await work(controller.signal);
    return controller.signal.aborted ? EXIT_CODES.interrupted : result;
  } catch (error) {
    if (controller.signal.aborted) return EXIT_CODES.interrupted;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
