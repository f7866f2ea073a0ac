import { describeFailure, EXIT_CODES, exitCodeOf } from './exit-code.js';

/**
 * Runs a command that prints one object with `--json`. Where the infrastructure breaks before there is one, prints what
 * `toObject` makes of the reason, so that a program which reads stdout always gets its answer.
 */
export async function withInfraObject(
  isJson: boolean | undefined,
  toObject: (reason: string) => object,
  work: (onPrinted: () => void) => Promise<number>,
): Promise<number> {
  let hasPrinted = false;
  try {
    return await work(() => {
      hasPrinted = true;
    });
  } catch (error) {
    if (!isJson || hasPrinted || exitCodeOf(error) !== EXIT_CODES.infra) throw error;
    process.stderr.write(`${describeFailure(error)}\n`);
    const reason = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify(toObject(reason))}\n`);
    return EXIT_CODES.infra;
  }
}
