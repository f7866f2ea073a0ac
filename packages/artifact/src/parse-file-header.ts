import type { FilePatch } from './git-diff.js';
import { excerpt, type LineReader } from './line-reader.js';
import { wholeName } from './parse-file-names.js';
import { refuse } from './refusal.js';
import type { FileMode } from './snapshot.js';

/** What the lines between `diff --git` and the content say. Names are latin1 and without `a/` and `b/`. */
export interface ExtendedHeader {
  readonly kind: FilePatch['kind'];
  /** Names of `rename from/to` or `copy from/to`. */
  readonly names: { readonly old: string; readonly new: string } | undefined;
  readonly oldMode: FileMode | undefined;
  readonly newMode: FileMode | undefined;
  /** Full ids of the index line; undefined where it is missing or abbreviated. */
  readonly oldId: string | undefined;
  readonly newId: string | undefined;
}

const FIELDS = [
  'old mode ',
  'new mode ',
  'deleted file mode ',
  'new file mode ',
  'copy from ',
  'copy to ',
  'rename from ',
  'rename to ',
  'similarity index ',
  'dissimilarity index ',
  'index ',
] as const;
type Field = (typeof FIELDS)[number];
type Fields = ReadonlyMap<Field, string>;

/** Reads the extended header lines of one file and checks that they agree with each other. */
export function readExtendedHeader(reader: LineReader): ExtendedHeader {
  const line = reader.lineNumber;
  const fields = readFields(reader);
  const kind = kindOf(fields, line);
  const names = readNames(fields, kind, line);
  checkPercentages(fields, kind, line);
  const index = readIndex(fields.get('index '), kind, line);
  return { kind, names, ...readModes(fields, kind, index.mode, line), oldId: index.oldId, newId: index.newId };
}

function readFields(reader: LineReader): Fields {
  const fields = new Map<Field, string>();
  for (;;) {
    const line = reader.peekHeader();
    const field = line === undefined ? undefined : FIELDS.find((each) => line.startsWith(each));
    if (field === undefined) return fields;
    if (fields.has(field)) refuse('malformed', `Expected one line "${field}…", got two.`, { line: reader.lineNumber });
    fields.set(field, line!.slice(field.length));
    reader.next();
  }
}

function kindOf(fields: Fields, line: number): FilePatch['kind'] {
  const pairs = [
    ['copy from ', 'copy to '],
    ['rename from ', 'rename to '],
    ['old mode ', 'new mode '],
  ] as const;
  for (const [from, to] of pairs) {
    if (fields.has(from) !== fields.has(to))
      refuse('malformed', `Expected both "${from}…" and "${to}…", got one.`, { line });
  }
  const kinds: FilePatch['kind'][] = [];
  if (fields.has('new file mode ')) kinds.push('add');
  if (fields.has('deleted file mode ')) kinds.push('delete');
  if (fields.has('rename from ')) kinds.push('rename');
  if (fields.has('copy from ')) kinds.push('copy');
  if (kinds.length > 1) refuse('malformed', `The header says both ${kinds[0]} and ${kinds[1]}.`, { line });
  return kinds[0] ?? 'modify';
}

function readNames(fields: Fields, kind: FilePatch['kind'], line: number): ExtendedHeader['names'] {
  if (kind !== 'rename' && kind !== 'copy') return undefined;
  const names = {
    old: wholeName(fields.get(`${kind} from `)!, line),
    new: wholeName(fields.get(`${kind} to `)!, line),
  };
  if (names.old === names.new) refuse('malformed', `The ${kind} has the same name on both sides.`, { line });
  return names;
}

function checkPercentages(fields: Fields, kind: FilePatch['kind'], line: number): void {
  const expected = kind === 'rename' || kind === 'copy' ? 'similarity index ' : 'dissimilarity index ';
  for (const field of ['similarity index ', 'dissimilarity index '] as const) {
    const value = fields.get(field);
    if (value === undefined) continue;
    if (field !== expected || (field === 'dissimilarity index ' && kind !== 'modify')) {
      refuse('malformed', `A line "${field}…" does not belong to a file of kind ${kind}.`, { line });
    }
    if (!/^(100|\d{1,2})%$/.test(value))
      refuse('malformed', `Expected "${field}0..100%", got ${excerpt(value)}.`, { line });
  }
}

function readIndex(
  value: string | undefined,
  kind: FilePatch['kind'],
  line: number,
): { readonly oldId: string | undefined; readonly newId: string | undefined; readonly mode: FileMode | undefined } {
  if (value === undefined) return { oldId: undefined, newId: undefined, mode: undefined };
  const match = /^([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\S+))?$/.exec(value);
  if (!match) refuse('malformed', `Expected "index ID..ID" or "index ID..ID MODE", got ${excerpt(value)}.`, { line });
  const [oldId, newId] = [match[1]!, match[2]!];
  if (isZero(oldId) !== (kind === 'add') || isZero(newId) !== (kind === 'delete')) {
    refuse('malformed', `The ids of the index line do not agree with a file of kind ${kind}.`, { line });
  }
  return {
    oldId: fullId(oldId),
    newId: fullId(newId),
    mode: match[3] === undefined ? undefined : readMode(match[3], line),
  };
}

function readModes(
  fields: Fields,
  kind: FilePatch['kind'],
  indexMode: FileMode | undefined,
  line: number,
): { readonly oldMode: FileMode | undefined; readonly newMode: FileMode | undefined } {
  const mode = (field: Field) => (fields.has(field) ? readMode(fields.get(field)!, line) : undefined);
  const stated = {
    oldMode: mode('old mode ') ?? mode('deleted file mode '),
    newMode: mode('new mode ') ?? mode('new file mode '),
  };
  const isOneSided = kind === 'add' || kind === 'delete';
  if (isOneSided && fields.has('old mode '))
    refuse('malformed', `A file of kind ${kind} cannot change its mode.`, { line });
  if (
    stated.oldMode !== undefined &&
    stated.newMode !== undefined &&
    isLink(stated.oldMode) !== isLink(stated.newMode)
  ) {
    refuse('malformed', 'A file becomes a symbolic link, or the reverse, by a deletion and an addition.', { line });
  }
  if (indexMode === undefined) return stated;
  const others = [stated.oldMode, stated.newMode].filter((each) => each !== undefined);
  if (others.some((each) => each !== indexMode))
    refuse('malformed', 'The mode of the index line contradicts the others.', { line });
  return isOneSided ? stated : { oldMode: indexMode, newMode: indexMode };
}

function isLink(mode: FileMode): boolean {
  return mode === '120000';
}

function readMode(text: string, line: number): FileMode {
  if (text === '160000')
    refuse('submodule', 'Expected a file or a symbolic link, got a submodule (mode 160000).', { line });
  if (text === '100644' || text === '100755' || text === '120000') return text;
  refuse('malformed', `Expected a mode of 100644, 100755 or 120000, got ${excerpt(text)}.`, { line });
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

function fullId(id: string): string | undefined {
  return id.length === 40 || id.length === 64 ? id : undefined;
}
