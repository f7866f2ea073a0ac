import fc from 'fast-check';
import { memoryBase } from '../src/bases/memory.js';
import type { BinaryData, FilePatch, Patch, PatchContent, PatchRefusal } from '../src/git-diff.js';
import { parsePatch } from '../src/parse-patch.js';
import {
  type Base,
  blobId,
  createSnapshot,
  type FileEntry,
  listPaths,
  readFile,
  type Snapshot,
} from '../src/snapshot.js';

/** Bytes of a latin1 text. */
export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function snapshotOf(files: Readonly<Record<string, string | FileEntry>>): Snapshot {
  return createSnapshot(memoryBase(Object.fromEntries(entriesOf(files))));
}

export function entriesOf(files: Readonly<Record<string, string | FileEntry>>): [string, FileEntry][] {
  return Object.entries(files).map(([path, file]) => [
    path,
    typeof file === 'string' ? { mode: '100644', content: bytes(file) } : file,
  ]);
}

export function executable(text: string): FileEntry {
  return { mode: '100755', content: bytes(text) };
}

export function link(target: string): FileEntry {
  return { mode: '120000', content: bytes(target) };
}

/** The patch of a text that must parse. */
export function parsed(text: string | Uint8Array): Patch {
  const parse = parsePatch(typeof text === 'string' ? bytes(text) : text);
  if (parse.status === 'refused') throw new Error(`${parse.code} at line ${parse.line}: ${parse.reason}`);
  return parse.patch;
}

/** All files of a snapshot as latin1 text, with the mode where it is not an ordinary file. */
export async function contentsOf(snapshot: Snapshot): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const path of listPaths(snapshot)) {
    const entry = (await readFile(snapshot, path))!;
    const text = Buffer.from(entry.content).toString('latin1');
    contents[path] = entry.mode === '100644' ? text : `${entry.mode} ${text}`;
  }
  return contents;
}

/** Fails with the reason where an outcome is a refusal. */
export function accepted<Outcome extends { readonly status: string }>(
  outcome: Outcome,
): Exclude<Outcome, PatchRefusal> {
  if (outcome.status === 'refused') throw new Error(JSON.stringify(outcome));
  return outcome as Exclude<Outcome, PatchRefusal>;
}

/** A patch as its print states it: without modes that do not change, and with ids that follow from binary data. */
export function asPrinted(patch: Patch): Patch {
  return { files: patch.files.map((file) => ({ ...file, ...printedModes(file), content: printedContent(file) })) };
}

function printedModes(file: FilePatch): Pick<FilePatch, 'oldMode' | 'newMode'> {
  const isPrinted = file.oldMode !== file.newMode;
  return { oldMode: isPrinted ? file.oldMode : undefined, newMode: isPrinted ? file.newMode : undefined };
}

function printedContent({ kind, content }: FilePatch): PatchContent {
  if (content.kind !== 'binary') return content;
  const idOf = (side: BinaryData | undefined) => (side?.kind === 'literal' ? blobId(side.data) : undefined);
  const oldId = kind === 'add' ? '0'.repeat(40) : (content.oldId ?? idOf(content.backward));
  const newId = kind === 'delete' ? '0'.repeat(40) : (content.newId ?? idOf(content.forward));
  const areBoth = oldId !== undefined && newId !== undefined;
  return { ...content, oldId: areBoth ? oldId : undefined, newId: areBoth ? newId : undefined };
}

const PATHS = [
  'a',
  'b',
  'dir',
  'dir/a',
  'dir/sub/c',
  'end ',
  'two words',
  'tab\there',
  'ü/ß',
  'q"uote\\',
  'x b/x',
  '\nx',
];
const LINES = [
  '',
  'x',
  'y',
  'z',
  '\r',
  'x\r',
  'q\rr',
  '\xff\xfe',
  '-- ',
  '--- a/x',
  '+++ b/x',
  '@@ -1 +1 @@',
  'diff --git a/a b/a',
];
const RARE_LINES = ['\\ No newline at end of file', 'GIT binary patch', 'nul\0byte', '\u0085\x0c\x0b'];

const line = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...LINES) }, fc.constantFrom(...RARE_LINES));
const text = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));
const file: fc.Arbitrary<FileEntry> = fc.oneof(
  { weight: 6, arbitrary: text.map((each) => ({ mode: '100644' as const, content: bytes(each) })) },
  { weight: 2, arbitrary: text.map(executable) },
  { weight: 1, arbitrary: fc.constantFrom('a', 'nowhere', './dir/sub').map(link) },
);

/** Three snapshots of one base that share much: nasty names, ends of line, binary content, links, changes of type. */
export const snapshots: fc.Arbitrary<readonly [Snapshot, Snapshot, Snapshot]> = fc
  .tuple(treeOf(file), changedTreeOf(file), changedTreeOf(file))
  .map(([first, second, third]) => {
    const base = memoryBase(Object.fromEntries(withoutConflicts(first)));
    return [createSnapshot(base), changeTo(base, first, second), changeTo(base, first, third)];
  });

interface ChangedTree {
  readonly files: ReadonlyMap<string, FileEntry>;
  /** For each path, whether it stays what it is in the first tree. */
  readonly keeps: readonly boolean[];
}

function changedTreeOf(entry: fc.Arbitrary<FileEntry>): fc.Arbitrary<ChangedTree> {
  const keeps = fc.array(fc.boolean(), { minLength: PATHS.length, maxLength: PATHS.length });
  return fc.record({ files: treeOf(entry), keeps });
}

function changeTo(base: Base, first: ReadonlyMap<string, FileEntry>, { files, keeps }: ChangedTree): Snapshot {
  const kept = [...first].filter(([path]) => keeps[PATHS.indexOf(path)]);
  const mixed = withoutConflicts(new Map([...files, ...kept]));
  const changes = PATHS.map((path) => [path, mixed.get(path) ?? null] as const);
  return createSnapshot(base, changes);
}

function treeOf(entry: fc.Arbitrary<FileEntry>): fc.Arbitrary<Map<string, FileEntry>> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...PATHS), entry), { selector: ([path]) => path, maxLength: 8 })
    .map((entries) => new Map(entries));
}

function withoutConflicts(tree: ReadonlyMap<string, FileEntry>): Map<string, FileEntry> {
  return new Map([...tree].filter(([path]) => !(tree.has('dir') && path.startsWith('dir/'))));
}

/** Texts made of a patch by cutting, doubling, swapping and replacing lines and bytes. */
export function mutationsOf(printed: Uint8Array): fc.Arbitrary<Uint8Array> {
  const source = Buffer.from(printed).toString('latin1');
  const place = fc.nat({ max: Math.max(0, source.length - 1) });
  const lines = source.split('\n');
  const lineIndex = fc.nat({ max: lines.length - 1 });
  const piece = fc.constantFrom(
    '',
    '\n',
    '-',
    '+',
    ' ',
    '@@',
    '\\',
    '0',
    '9',
    '/',
    '..',
    '.git',
    '"',
    '\0',
    'b/',
    '120000',
  );
  const byBytes = fc
    .tuple(place, fc.nat({ max: 3 }), piece)
    .map(([at, cut, put]) => source.slice(0, at) + put + source.slice(at + cut));
  const byLines = fc.tuple(lineIndex, lineIndex, fc.boolean()).map(([from, to, cuts]) => {
    const changed = [...lines];
    const [moved] = cuts ? changed.splice(from, 1) : [changed[from]];
    changed.splice(to, 0, moved!);
    return changed.join('\n');
  });
  const byLoss = lineIndex.map((index) => lines.filter((_, at) => at !== index).join('\n'));
  return fc.oneof(byBytes, byLines, byLoss).map(bytes);
}
