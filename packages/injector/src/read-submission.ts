import {
  ARTIFACT_FILES,
  type ArtifactFile,
  type BugArtifact,
  describeProblem,
  MAX_PATCH_BYTES,
  parseArtifact,
} from '@swe-selfplay/artifact';
import type { Sandbox } from '@swe-selfplay/sandbox';

/** An artifact, or all that is wrong with what was handed in: one line for each problem. */
export type SubmissionReading =
  | { readonly status: 'read'; readonly artifact: BugArtifact }
  | { readonly status: 'malformed'; readonly problems: readonly string[] };

/** Longest file that is read; `parseArtifact` has a bound for each. */
const MAX_BYTES = MAX_PATCH_BYTES;
const TIMEOUT_MS = 20_000;
const SHOWN_PATH_LENGTH = 200;

/** 1: path, 2: most bytes. What the file becomes after the tests can be anything; time and output have a bound. */
const READ = `
path=$1
case $path in "~/"*) path=$HOME/\${path#"~/"} ;; esac
if [ -L "$path" ]; then exit 45; fi
[ -e "$path" ] || exit 44
[ -f "$path" ] || exit 46
exec head -c "$2" -- "$path"
`;

const PROBLEMS: Readonly<Record<number, string>> = {
  44: 'is not there',
  45: 'is a symbolic link; hand in the file itself',
  46: 'is no regular file',
};

/**
 * Reads the five files that a policy hands in by their paths, wherever in the sandbox they lie; one path of another name
 * is a directory that holds them. They are read as the sandbox's own user, each within bounds of time and length.
 * Throws SandboxError, and the reason of the signal.
 */
export async function readSubmission(
  sandbox: Sandbox,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<SubmissionReading> {
  const files: Partial<Record<ArtifactFile, Uint8Array>> = {};
  const problems: string[] = [];
  for (const name of ARTIFACT_FILES) {
    const path = findPath(name, paths);
    const content = 'path' in path ? await readFile(sandbox, path.path, signal) : path;
    if (content instanceof Uint8Array) files[name] = content;
    else problems.push(`${name}: ${content.problem}`);
  }
  if (problems.length > 0) return { status: 'malformed', problems };
  const reading = parseArtifact(files);
  if (reading.status === 'read') return { status: 'read', artifact: reading.artifact };
  return { status: 'malformed', problems: reading.problems.map(describeProblem) };
}

function findPath(name: ArtifactFile, paths: readonly string[]): { readonly path: string } | Problem {
  const distinct = [...new Set(paths.map((path) => path.replace(/(?<=.)\/+$/, '')))];
  const [first] = distinct;
  if (distinct.length === 1 && !ARTIFACT_FILES.some((file) => file === baseName(first!)))
    return { path: `${first}/${name}` };
  const found = distinct.filter((path) => baseName(path) === name);
  if (found.length === 1) return { path: found[0]! };
  if (found.length === 0) return { problem: 'It was not handed in.' };
  return { problem: `Expected one file of this name, got ${found.length}.` };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface Problem {
  readonly problem: string;
}

async function readFile(
  sandbox: Sandbox,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | Problem> {
  if (path.includes('\0')) return { problem: 'Expected a path without NUL bytes.' };
  const result = await sandbox.run({
    argv: ['sh', '-c', READ, 'sh', path, String(MAX_BYTES + 1)],
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_BYTES + 65_536,
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  const shown = JSON.stringify(path.slice(0, SHOWN_PATH_LENGTH));
  if (result.ending !== 'exited') return { problem: `The file ${shown} cannot be read: ${result.ending}.` };
  if (result.exitCode !== 0) return { problem: `The file ${shown} ${PROBLEMS[result.exitCode!] ?? 'cannot be read'}.` };
  if (result.stdout.length <= MAX_BYTES) return result.stdout;
  return { problem: `Expected at most ${MAX_BYTES / 1024 ** 2} MiB, got more.` };
}
