/** True for errors of what policies stand on, which say nothing about the policy: a sandbox or a model that is gone. */
export function isInfraFailure(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error.name === 'SandboxError' || error.name === 'EvaluationError') return true;
  return 'code' in error && error.code === 'infra';
}
