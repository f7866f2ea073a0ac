import { encodeBinaryLines } from './git-binary.js';
import type { BinaryData, FilePatch, Hunk, Patch, PatchContent } from './git-diff.js';
import { encodeLatin1 } from './latin1.js';
import { nameOfPath, quoteName } from './quoted-path.js';
import { blobId } from './snapshot.js';

const NO_FILE = '0'.repeat(40);
type Binary = Extract<PatchContent, { readonly kind: 'binary' }>;

/**
 * Prints a patch as git does and as `git apply` reads it. Index lines are left out for text, since their ids would tell
 * the original's blobs; so a mode that does not change is not printed either. Binary changes need one for `git apply`:
 * it is printed where both ids are stated in the patch or follow from its data. A patch without files is an empty text.
 */
export function printPatch(patch: Patch): Uint8Array {
  return encodeLatin1(patch.files.map(printFile).join(''));
}

function printFile(file: FilePatch): string {
  const oldName = nameOfPath(file.oldPath ?? file.newPath!);
  const newName = nameOfPath(file.newPath ?? file.oldPath!);
  const lines = [
    `diff --git ${quoteName(`a/${oldName}`)} ${quoteName(`b/${newName}`)}`,
    ...modeLines(file),
    ...nameLines(file, oldName, newName),
    ...contentLines(file, oldName, newName),
  ];
  return `${lines.join('\n')}\n`;
}

function modeLines(file: FilePatch): string[] {
  if (file.kind === 'add') return [`new file mode ${file.newMode ?? '100644'}`];
  if (file.kind === 'delete') return [`deleted file mode ${file.oldMode ?? '100644'}`];
  if (file.oldMode === undefined || file.newMode === undefined || file.oldMode === file.newMode) return [];
  return [`old mode ${file.oldMode}`, `new mode ${file.newMode}`];
}

function nameLines(file: FilePatch, oldName: string, newName: string): string[] {
  if (file.kind !== 'rename' && file.kind !== 'copy') return [];
  const names = [`${file.kind} from ${quoteName(oldName)}`, `${file.kind} to ${quoteName(newName)}`];
  return file.content.kind === 'none' ? ['similarity index 100%', ...names] : names;
}

function contentLines(file: FilePatch, oldName: string, newName: string): string[] {
  switch (file.content.kind) {
    case 'none':
      return [];
    case 'text':
      return [
        `--- ${file.kind === 'add' ? '/dev/null' : markerName(`a/${oldName}`)}`,
        `+++ ${file.kind === 'delete' ? '/dev/null' : markerName(`b/${newName}`)}`,
        ...file.content.hunks.flatMap(hunkLines),
      ];
    case 'binary':
      return [...indexLine(file, file.content), 'GIT binary patch', ...binaryLines(file.content)];
  }
}

/** A tab ends names with spaces, so that readers of time stamps do not cut them. */
function markerName(name: string): string {
  const quoted = quoteName(name);
  return quoted === name && name.includes(' ') ? `${name}\t` : quoted;
}

function hunkLines(hunk: Hunk): string[] {
  const heading = hunk.heading === '' ? '' : ` ${hunk.heading}`;
  const lines = [`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@${heading}`];
  for (const line of hunk.lines) {
    lines.push(`${line.kind === 'context' ? ' ' : line.kind === 'removed' ? '-' : '+'}${line.text}`);
    if (line.endsWithoutNewline) lines.push('\\ No newline at end of file');
  }
  return lines;
}

function range(start: number, lines: number): string {
  return lines === 1 ? `${start}` : `${start},${lines}`;
}

function indexLine(file: FilePatch, content: Binary): string[] {
  const oldId = file.kind === 'add' ? NO_FILE : (content.oldId ?? idOf(content.backward));
  const newId = file.kind === 'delete' ? NO_FILE : (content.newId ?? idOf(content.forward));
  return oldId === undefined || newId === undefined ? [] : [`index ${oldId}..${newId}`];
}

function idOf(data: BinaryData | undefined): string | undefined {
  return data?.kind === 'literal' ? blobId(data.data) : undefined;
}

function binaryLines(content: Binary): string[] {
  return [content.forward, ...(content.backward ? [content.backward] : [])].flatMap((side) => [
    `${side.kind} ${side.data.length}`,
    ...encodeBinaryLines(side.data),
    '',
  ]);
}
