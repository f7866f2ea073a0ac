import { ArtifactError, describeProblem } from './artifact-error.js';
import type { ArtifactProblem, ArtifactReading, BugArtifact, Provenance } from './bug-artifact.js';
import { parseArtifact } from './parse-artifact.js';

/** Most problems that the message of an error lists; all are in its `problems`. */
const MAX_LISTED_PROBLEMS = 5;

export interface ArtifactContents {
  readonly script: string | Uint8Array;
  readonly parser: string | Uint8Array;
  readonly testFiles: readonly string[];
  /** The text of the patch, as `printPatch` or `git diff` writes it. */
  readonly bugInject: Uint8Array;
  readonly testWeaken: Uint8Array;
  readonly provenance?: Provenance | undefined;
}

/** An artifact of these parts, under the rules for reading one. Throws ArtifactError `malformed`. */
export function createArtifact(contents: ArtifactContents): BugArtifact {
  const { provenance } = contents;
  const reading = parseArtifact({
    'test_script.sh': toBytes(contents.script),
    'test_files.txt': toBytes(contents.testFiles.map((path) => `${path}\n`).join('')),
    'test_parser.py': toBytes(contents.parser),
    'bug_inject.diff': contents.bugInject,
    'test_weaken.diff': contents.testWeaken,
    ...(provenance === undefined ? {} : { 'artifact.json': printProvenance(provenance) }),
  });
  const wrong = reading.status === 'read' ? (reading.warnings ?? []) : [];
  if (wrong.length > 0) throw malformedError('The artifact to create is malformed', wrong);
  const artifact = artifactOrThrow(reading, 'The artifact to create is malformed');
  if (
    artifact.testFiles.join('\n') === contents.testFiles.join('\n') &&
    artifact.testFiles.length === contents.testFiles.length
  ) {
    return artifact;
  }
  const reason = 'Expected paths that each fit on a line, got a blank one or one with a line feed.';
  throw malformedError('The artifact to create is malformed', [{ file: 'test_files.txt', line: undefined, reason }]);
}

/** The artifact of a reading. Throws ArtifactError `malformed`, whose message begins with `beginning`. */
export function artifactOrThrow(reading: ArtifactReading, beginning: string): BugArtifact {
  if (reading.status === 'read') return reading.artifact;
  throw malformedError(beginning, reading.problems);
}

/** `artifact.json` as it is written. */
export function printProvenance(provenance: Provenance): Uint8Array {
  return toBytes(`${JSON.stringify(provenance, null, 2)}\n`);
}

function malformedError(beginning: string, problems: readonly ArtifactProblem[]): ArtifactError {
  const listed = problems.slice(0, MAX_LISTED_PROBLEMS).map((problem) => `\n  ${describeProblem(problem)}`);
  const more = problems.length - listed.length;
  const rest = more > 0 ? `\n  and ${more} more` : '';
  return new ArtifactError('malformed', `${beginning}:${listed.join('')}${rest}`, { problems });
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
