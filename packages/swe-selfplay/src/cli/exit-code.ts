import { printable } from '../printable.js';

/** What the exit code of a command says, beside 0 and 1, which are its result. */
export const EXIT_CODES = { usage: 2, infra: 3, interrupted: 130 } as const;

/** The command was asked for something that cannot be; the message says what was wrong and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const USAGE_ERRORS = [
  'UsageError',
  'EnvironmentError',
  'ArtifactError',
  'InjectorError',
  'RewardError',
  'TrajectoryError',
  'PromptError',
  'MethodError',
  'SelectionError',
];
/** Of errors that may be either, the codes that are the one, and the other. */
const INFRA_RUN_CODES: unknown[] = ['disk-full', 'write-failed', 'corrupt-record'];
const POLICY_USAGE_CODES: unknown[] = ['invalid-options', 'refused'];

/** The exit code of a command that an error ended. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return EXIT_CODES.infra;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'infra') return EXIT_CODES.infra;
  if (error.name === 'RunError') return INFRA_RUN_CODES.includes(code) ? EXIT_CODES.infra : EXIT_CODES.usage;
  if (error.name === 'PolicyError') return POLICY_USAGE_CODES.includes(code) ? EXIT_CODES.usage : EXIT_CODES.infra;
  if (error.name === 'SolverError') return EXIT_CODES.usage;
  return USAGE_ERRORS.includes(error.name) ? EXIT_CODES.usage : EXIT_CODES.infra;
}

const OWN_ERRORS = [...USAGE_ERRORS, 'RunError', 'SandboxError', 'EvaluationError', 'SolverError', 'PolicyError'];

/** What a person is told of an error: the sentence it carries, and where to find more of one that nobody foresaw. */
export function describeFailure(error: unknown): string {
  if (process.env.SWE_SELFPLAY_DEBUG && error instanceof Error) return `error: ${error.stack}`;
  const message = printable(error instanceof Error ? error.message : String(error));
  if (error instanceof Error && OWN_ERRORS.includes(error.name)) return `error: ${message}`;
  return `error: unexpected: ${message}\nSet SWE_SELFPLAY_DEBUG=1 to see where it comes from.`;
}
