import type { FilePatch, Patch, PatchContent, PatchParse } from './git-diff.js';
import { decodeLatin1 } from './latin1.js';
import { excerpt, LineReader } from './line-reader.js';
import { type BinaryBudget, readBinaryPatch } from './parse-binary.js';
import { type ExtendedHeader, readExtendedHeader } from './parse-file-header.js';
import { agreeOnNames, HEADER_PREFIX, readMarkerLines, readPath, type SideNames } from './parse-file-names.js';
import { readHunks } from './parse-hunks.js';
import { MAX_BINARY_BYTES, MAX_PATCH_BYTES, MAX_PATCH_FILES } from './patch-limits.js';
import { pathFates } from './patch-paths.js';
import { catchRefusal, refuse } from './refusal.js';

/**
 * Reads what `git diff` prints, strictly: nothing but file entries with `a/` and `b/` prefixes and blank lines between
 * them. Counts must be exact, hunks in order, header lines in agreement, paths inside the repository. A patch text
 * without its final line feed is accepted, since the counts tell that nothing is missing. Never throws.
 */
export function parsePatch(text: Uint8Array): PatchParse {
  return catchRefusal((): PatchParse => {
    if (text.length > MAX_PATCH_BYTES) {
      refuse('too-large', `Expected at most ${MAX_PATCH_BYTES} bytes, got ${text.length}.`);
    }
    const patch = { files: readFiles(new LineReader(decodeLatin1(text))) };
    checkPaths(patch);
    return { status: 'parsed', patch };
  });
}

/** Refuses a patch in which two files claim one path. */
export function checkPaths(patch: Patch): void {
  const { duplicate } = pathFates(patch);
  if (!duplicate) return;
  const path = duplicate.newPath ?? duplicate.oldPath!;
  refuse('duplicate-path', `The patch changes ${excerpt(path)} more than once.`, { path });
}

function readFiles(reader: LineReader): FilePatch[] {
  const files: FilePatch[] = [];
  const budget: BinaryBudget = { remainingBytes: MAX_BINARY_BYTES };
  for (reader.skipBlankLines(); reader.peek() !== undefined; reader.skipBlankLines()) {
    if (files.length === MAX_PATCH_FILES) {
      refuse('too-large', `Expected at most ${MAX_PATCH_FILES} files, got more.`, { line: reader.lineNumber });
    }
    files.push(readFile(reader, budget));
  }
  if (files.length === 0) refuse('empty', 'Expected a git diff, got an empty text.');
  return files;
}

function readFile(reader: LineReader, budget: BinaryBudget): FilePatch {
  const line = reader.lineNumber;
  const headerLine = reader.peekHeader()!;
  if (!headerLine.startsWith(HEADER_PREFIX)) {
    const expected = `Expected git's header line "${HEADER_PREFIX}a/FILE b/FILE" or the end of the patch`;
    refuse('malformed', `${expected}, got ${excerpt(headerLine)}.`, { line });
  }
  reader.next();
  const header = readExtendedHeader(reader);
  const marked = reader.peek()?.startsWith('--- ') ? readMarkerLines(reader) : undefined;
  const names = agreeOnNames(headerLine, header.kind, header.names, marked, line);
  const [oldPath, newPath] = [readPath(names.old, line), readPath(names.new, line)];
  const content = readContent(reader, header, marked, budget);
  if (header.kind === 'modify' && content.kind === 'none' && header.oldMode === header.newMode) {
    refuse('malformed', `The entry of ${excerpt(newPath)} changes nothing.`, { line, path: newPath });
  }
  return { kind: header.kind, oldPath, newPath, oldMode: header.oldMode, newMode: header.newMode, content };
}

function readContent(
  reader: LineReader,
  header: ExtendedHeader,
  marked: SideNames | undefined,
  budget: BinaryBudget,
): PatchContent {
  if (marked) return { kind: 'text', hunks: readHunks(reader, header.kind) };
  const line = reader.lineNumber;
  const text = reader.peek();
  if (text === 'GIT binary patch') {
    const { oldId, newId } = header;
    const data = readBinaryPatch(reader, budget);
    if (header.kind !== 'add' && data.backward === undefined && oldId === undefined) {
      refuse('malformed', 'A binary patch needs its backward data or full ids to tell what it replaces.', { line });
    }
    return { kind: 'binary', ...data, oldId, newId };
  }
  if (text?.startsWith('Binary files ')) {
    refuse('malformed', 'Expected the data of the binary file; print the patch with git diff --binary.', { line });
  }
  return { kind: 'none' };
}
