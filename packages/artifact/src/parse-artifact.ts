import { isUtf8 } from 'node:buffer';
import { artifactId } from './artifact-id.js';
import {
  ARTIFACT_FILES,
  type ArtifactFile,
  type ArtifactProblem,
  type ArtifactReading,
  type BugArtifact,
} from './bug-artifact.js';
import type { Patch } from './git-diff.js';
import { parsePatch } from './parse-patch.js';
import { parseProvenance } from './parse-provenance.js';
import { parseTestFiles } from './parse-test-files.js';

export type ArtifactFileName = ArtifactFile | 'artifact.json';

const MIB = 1024 ** 2;

/** Most bytes of each file; a longer one is a problem and is not read. */
export const MAX_FILE_BYTES: Readonly<Record<ArtifactFileName, number>> = {
  'test_script.sh': MIB,
  'test_files.txt': MIB,
  'test_parser.py': MIB,
  'bug_inject.diff': 32 * MIB,
  'test_weaken.diff': 32 * MIB,
  'artifact.json': MIB,
};

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/**
 * Reads an artifact from the bytes of its files (SPEC 3). Says all that is wrong with it, file by file, and never throws.
 * A wrong `artifact.json` is only a warning, since nothing is judged by it.
 */
export function parseArtifact(files: Partial<Record<ArtifactFileName, Uint8Array>>): ArtifactReading {
  const contents = new Map<ArtifactFileName, Uint8Array | ArtifactProblem>();
  for (const name of [...ARTIFACT_FILES, 'artifact.json'] as const) {
    const bytes = files[name];
    if (bytes === undefined) continue;
    contents.set(name, bytes.length > MAX_FILE_BYTES[name] ? tooLong(name) : Uint8Array.from(bytes));
  }
  return assembleArtifact(contents);
}

/** The same from files of which some could not be read, with the problem in place of the bytes. */
export function assembleArtifact(
  contents: ReadonlyMap<ArtifactFileName, Uint8Array | ArtifactProblem>,
): ArtifactReading {
  const problems: ArtifactProblem[] = [];
  const parts: Writable<Partial<BugArtifact>> = {};
  const bytesOf = (file: ArtifactFile): Uint8Array | undefined => {
    const content = contents.get(file);
    if (content instanceof Uint8Array) return content;
    problems.push(content ?? { file, line: undefined, reason: 'Expected the file to be there, it is missing.' });
    return undefined;
  };
  const command = (['test_script.sh', 'test_parser.py'] as const).map((file) => {
    const bytes = bytesOf(file);
    const problem = bytes && findTextProblem(file, bytes);
    if (problem !== undefined) problems.push(problem);
    return problem === undefined ? bytes : undefined;
  });
  const [script, parser] = command;
  if (script !== undefined && parser !== undefined) parts.testCommand = { script, parser };

  const list = bytesOf('test_files.txt');
  const testFiles = list && parseTestFiles(list);
  problems.push(...(testFiles?.problems ?? []));
  if (testFiles?.problems.length === 0) parts.testFiles = testFiles.paths;

  const bugInject = readPatch('bug_inject.diff', bytesOf('bug_inject.diff'), problems);
  if (bugInject !== undefined) parts.bugInject = bugInject;
  const testWeaken = readPatch('test_weaken.diff', bytesOf('test_weaken.diff'), problems);
  if (testWeaken !== undefined) parts.testWeaken = testWeaken;

  const { provenance, warnings } = readProvenance(contents.get('artifact.json'));
  parts.provenance = provenance;
  const files = Object.fromEntries(
    [...contents].filter(([name, content]) => name !== 'artifact.json' && content instanceof Uint8Array),
  );
  if (isComplete(files)) Object.assign(parts, { files, id: artifactId(files) });
  if (problems.length === 0) return { status: 'read', artifact: Object.freeze(parts as BugArtifact), warnings };
  return { status: 'malformed', problems, parts, warnings };
}

export function tooLong(file: ArtifactFileName): ArtifactProblem {
  return { file, line: undefined, reason: `Expected at most ${MAX_FILE_BYTES[file] / MIB} MiB, got more.` };
}

function isComplete(files: Record<string, unknown>): files is Record<ArtifactFile, Uint8Array> {
  return ARTIFACT_FILES.every((name) => Object.hasOwn(files, name));
}

function findTextProblem(file: ArtifactFile, bytes: Uint8Array): ArtifactProblem | undefined {
  const lineAt = (position: number) =>
    bytes.subarray(0, position).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 1);
  const nul = bytes.indexOf(0);
  if (nul !== -1) return { file, line: lineAt(nul), reason: 'Expected text, got a NUL byte.' };
  if (!isUtf8(bytes)) {
    let start = 0;
    let end = bytes.indexOf(10);
    while (end !== -1 && isUtf8(bytes.subarray(start, end))) {
      start = end + 1;
      end = bytes.indexOf(10, start);
    }
    return { file, line: lineAt(start), reason: 'Expected text in UTF-8, got bytes that are not.' };
  }
  if (new TextDecoder().decode(bytes).trim() !== '') return undefined;
  return { file, line: undefined, reason: 'Expected a program, got an empty file.' };
}

function readPatch(
  file: 'bug_inject.diff' | 'test_weaken.diff',
  bytes: Uint8Array | undefined,
  problems: ArtifactProblem[],
): Patch | undefined {
  if (bytes === undefined) return undefined;
  const parse = parsePatch(bytes);
  if (parse.status === 'parsed') return parse.patch;
  problems.push({ file, line: parse.line, reason: parse.reason });
  return undefined;
}

function readProvenance(
  content: Uint8Array | ArtifactProblem | undefined,
): Pick<BugArtifact, 'provenance'> & { warnings: ArtifactProblem[] } {
  if (content === undefined) return { provenance: undefined, warnings: [] };
  if (!(content instanceof Uint8Array)) return { provenance: undefined, warnings: [content] };
  const parse = parseProvenance(content);
  if (parse.status === 'parsed') return { provenance: parse.provenance, warnings: [] };
  return { provenance: undefined, warnings: [parse.problem] };
}
