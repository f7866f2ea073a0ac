import { setImmediate as nextTurn } from 'node:timers/promises';
import { isTestPath } from '@swe-selfplay/python';
import type { Definition } from './definitions.js';
import type { SourceFile } from './source-file.js';

/** A file, or what one defines. */
export interface Entity {
  /** `path` of a file, `path:qualified.name` of what it defines. */
  readonly id: string;
  readonly path: string;
  /** Undefined: the file as a whole. */
  readonly definition: Definition | undefined;
}

export interface EntitySearch {
  readonly entities: readonly Entity[];
  /** The name that was found, where only the last part of the term was. */
  readonly foundName?: string;
  /** There are more than are looked for. */
  readonly isCut: boolean;
  /** There may be others in files that take too long to parse. */
  readonly isLate: boolean;
}

const NOTHING: EntitySearch = { entities: [], isCut: false, isLate: false };
const KIND_BEFORE_NAME = /^(?:class|function|method|def)\s+/i;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** What bears an id to the letter; several where a file defines a name more than once. Test files have ids too. */
export function findById(files: ReadonlyMap<string, SourceFile>, id: string, deadline: number): EntitySearch {
  if (files.has(id)) return { entities: [{ id, path: id, definition: undefined }], isCut: false, isLate: false };
  const [stem = '', ...names] = id.split('.py:');
  const path = `${stem}.py`;
  const file = names.length === 0 ? undefined : files.get(path);
  if (file === undefined) return NOTHING;
  const definitions = file.definitions(deadline);
  const qualifiedName = names.join('.py:').replaceAll('.<locals>', '');
  const entities = (definitions ?? [])
    .filter((definition) => definition.qualifiedName === qualifiedName)
    .map((definition) => entityOf(path, definition));
  return { entities, isCut: false, isLate: definitions === undefined };
}

export function entityOf(path: string, definition: Definition): Entity {
  return { id: `${path}:${definition.qualifiedName}`, path, definition };
}

/** Bounds on one search. */
export interface SearchBounds {
  readonly maxEntities: number;
  /** As `performance.now()` tells it; files that were not parsed before are not parsed after, and none is ranked. */
  readonly deadline: number;
  /** Ends a search as the deadline does. */
  readonly signal: AbortSignal;
}

/**
 * What is called by a name in files that are no tests: classes, functions and files, these with or without `.py`. First in
 * the case of the name, then in any. Before a name may stand what it belongs to (`Stack.push`, `stack.py:Stack.push`); where
 * nothing of the name belongs there, the last part of the name decides, and `foundName` says so.
 */
export async function findByName(
  files: ReadonlyMap<string, SourceFile>,
  term: string,
  bounds: SearchBounds,
): Promise<EntitySearch> {
  const text = term.replace(KIND_BEFORE_NAME, '').trim();
  const isFile = /\.py$/i.test(text);
  const parts = (isFile ? text.replace(/\.py$/i, '') : text).split(/\.py:|[./:]/).filter((part) => part !== '');
  const name = parts.pop();
  if (name === undefined || (!isFile && !NAME.test(name))) return NOTHING;
  const above = parts.map((part) => part.toLowerCase());
  let isLate = false;
  for (const isAnyCase of [false, true]) {
    for (const wanted of above.length === 0 ? [above] : [above, []]) {
      const search = await findNamed(files, { name, isAnyCase, isFile, above: wanted }, bounds);
      isLate ||= search.isLate;
      if (search.entities.length > 0) return wanted.length < above.length ? { ...search, foundName: name } : search;
    }
  }
  return { ...NOTHING, isLate };
}

interface NameQuery {
  readonly name: string;
  readonly isAnyCase: boolean;
  readonly isFile: boolean;
  /** Lower-case names that stand in an entity's id before its own. */
  readonly above: readonly string[];
}

async function findNamed(
  files: ReadonlyMap<string, SourceFile>,
  query: NameQuery,
  { maxEntities, deadline, signal }: SearchBounds,
): Promise<EntitySearch> {
  const entities: Entity[] = [];
  let isLate = false;
  const fits = fitsQuery(query);
  const mentions = mentionsOf(query);
  for (const [path, file] of files) {
    if (isTestPath(path)) continue;
    if (fits(path, stemOf(path))) entities.push({ id: path, path, definition: undefined });
    if (mentions(path, file.text)) {
      // The memory of syntax trees is freed in between.
      if (!file.isParsed()) await nextTurn();
      if (signal.aborted) return { entities, isCut: true, isLate };
      const definitions = file.definitions(deadline);
      isLate ||= definitions === undefined;
      for (const definition of definitions ?? [])
        if (fits(`${path}:${definition.qualifiedName}`, definition.name)) entities.push(entityOf(path, definition));
    }
    if (entities.length > maxEntities) return { entities: entities.slice(0, maxEntities), isCut: true, isLate };
  }
  return { entities, isCut: false, isLate };
}

function fitsQuery({ name, isAnyCase, above }: NameQuery): (id: string, name: string) => boolean {
  const folded = name.toLowerCase();
  return (id, found) => {
    if (isAnyCase ? found.toLowerCase() !== folded : found !== name) return false;
    if (above.length === 0) return true;
    const prefixes = new Set(id.toLowerCase().replaceAll('.py', '').split(/[./:]/).slice(0, -1));
    return above.every((part) => prefixes.has(part));
  };
}

/** Most files need no parsing: they do not hold the name behind a word that defines one, or not what it belongs to. */
function mentionsOf({ name, isAnyCase, isFile, above }: NameQuery): (path: string, text: string) => boolean {
  if (isFile) return () => false;
  const definition = new RegExp(`(?:def|class)\\s+${name}(?![\\p{L}\\p{N}_])`, isAnyCase ? 'iu' : 'u');
  return (path, text) => {
    if (!definition.test(text)) return false;
    if (above.length === 0) return true;
    const all = `${path}\n${text}`.toLowerCase();
    return above.every((part) => all.includes(part));
  };
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.py'.length);
}
