import { namesIn } from '@swe-selfplay/python';
import { blocksOf, type OracleFile } from './oracle-file.js';

/** Where the tests of a report are defined, as far as their ids tell. */
export interface TestLocations {
  /** Path of the file and name of the function, by id. */
  readonly functions: ReadonlyMap<string, TestFunction>;
  /** Path of the one oracle file that an id names. */
  readonly files: ReadonlyMap<string, string>;
  /** Keys of functions that an id may mean which means several. */
  readonly doubtful: ReadonlySet<string>;
}

export interface TestFunction {
  readonly path: string;
  readonly qualifiedName: string;
}

export function functionKey({ path, qualifiedName }: TestFunction): string {
  return `${path}\0${qualifiedName}`;
}

/**
 * Maps ids of a report to functions of the oracle files. Ids are whatever a parser prints, so the rule goes by their
 * words: the id, without what follows a `[` and without a last group such as `(i=1)`, must end or begin with the name of
 * a function of a top level or a top-level class. Where it names a file, by its path or by a dotted module of two parts
 * or more, only functions of the files that it names best count. Of those whose class is a word of the id as well, or
 * where there is none of all, exactly one must be left. Else the test is not located, and each function that has its
 * name in the id is doubtful.
 */
export function locateTests(files: readonly OracleFile[], ids: readonly string[]): TestLocations {
  const byName = functionsByName(files);
  const functions = new Map<string, TestFunction>();
  const named = new Map<string, string>();
  const doubtful = new Set<string>();
  for (const id of ids) {
    const best = filesNamed(files, id);
    if (best.length === 1) named.set(id, best[0]!);
    const found = functionsNamed(id, byName, best);
    if (found.length === 1) functions.set(id, found[0]!);
    else for (const name of namesIn(id)) for (const each of byName.get(name) ?? []) doubtful.add(functionKey(each));
  }
  return { functions, files: named, doubtful };
}

function functionsByName(files: readonly OracleFile[]): Map<string, TestFunction[]> {
  const byName = new Map<string, TestFunction[]>();
  for (const file of files) {
    const names = blocksOf(file).flatMap(({ kind, qualifiedName }) => (kind === 'function' ? [qualifiedName] : []));
    for (const qualifiedName of new Set(names)) {
      const name = qualifiedName.split('.').at(-1)!;
      byName.set(name, [...(byName.get(name) ?? []), { path: file.path, qualifiedName }]);
    }
  }
  return byName;
}

function functionsNamed(
  id: string,
  byName: ReadonlyMap<string, readonly TestFunction[]>,
  paths: readonly string[],
): readonly TestFunction[] {
  const words = [...namesIn(headOf(id))];
  const inFiles = (name: string) =>
    (byName.get(name) ?? []).filter(({ path }) => paths.length === 0 || paths.includes(path));
  const candidates = [words.at(-1) ?? '', words[0] ?? ''].map(inFiles).find((found) => found.length > 0) ?? [];
  const ofClass = candidates.filter(({ qualifiedName }) => {
    const owner = qualifiedName.split('.').at(-2);
    return owner !== undefined && words.includes(owner);
  });
  return ofClass.length > 0 ? ofClass : candidates;
}

/** An id without the parameters of its test. */
function headOf(id: string): string {
  const bracket = id.indexOf('[');
  const head = bracket > 0 ? id.slice(0, bracket) : id;
  const group = head.endsWith(')') ? head.lastIndexOf(' (') : -1;
  return group > 0 && head.includes('=', group) ? head.slice(0, group) : head;
}

/** Paths of the files that an id names with the most parts. */
function filesNamed(files: readonly OracleFile[], id: string): string[] {
  const head = headOf(id);
  const scores = files.map(({ path }) => Math.max(pathParts(head, path), moduleParts(head, path)));
  const best = Math.max(0, ...scores);
  return best === 0 ? [] : files.filter((_, index) => scores[index] === best).map(({ path }) => path);
}

/** How many of the last parts of a path stand in a text, `tests/test_io.py::test_b`. */
function pathParts(text: string, path: string): number {
  return longestTail(path.split('/'), '/', (tail) => stands(text, tail, /[\w/.-]/, /[\w/-]/));
}

/** How many of the last parts of a module's name stand in a text, `test_b (tests.test_io.TestA)`, as far as it goes. */
function moduleParts(text: string, path: string): number {
  if (!path.endsWith('.py')) return 0;
  const parts = path.replace(/(\/__init__)?\.py$/, '').split('/');
  return longestTail(parts, '.', (tail) => stands(text, `${tail}.`, /[^\s(]/, /(?!)/));
}

function longestTail(parts: readonly string[], separator: string, isThere: (tail: string) => boolean): number {
  for (let count = parts.length; count > 0; count -= 1) if (isThere(parts.slice(-count).join(separator))) return count;
  return 0;
}

/** True where `part` stands in `text`, with no sign of these kinds next to it. */
function stands(text: string, part: string, notBefore: RegExp, notAfter: RegExp): boolean {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const [before, after] = [text[at - 1], text[at + part.length]];
    if (!(before && notBefore.test(before)) && !(after && notAfter.test(after))) return true;
  }
  return false;
}
