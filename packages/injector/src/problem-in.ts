import type { ArtifactFile } from '@swe-selfplay/artifact';
import { type Finding, failed } from './check.js';
import type { Evidence } from './evidence.js';

/** A failed finding if this file of the artifact could not be read, else undefined. */
export function problemIn(evidence: Evidence, file: ArtifactFile): Finding | undefined {
  const problem = evidence.problems.find((candidate) => candidate.file === file);
  if (problem === undefined) return undefined;
  const place = problem.line === undefined ? file : `${file}, line ${problem.line}`;
  return failed(`${place}: ${problem.reason}`, { file, line: problem.line });
}
