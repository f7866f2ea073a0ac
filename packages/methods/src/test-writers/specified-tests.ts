import { applyPatch, type FileEntry, readFile, type Snapshot, touchedPaths } from '@swe-selfplay/artifact';
import { type CodeBlock, codeBlocksOf, isModulePath, removeFunctions } from '@swe-selfplay/python';
import type { TaskView } from '@swe-selfplay/solver';

/** A part of the public specification that can be a test of its own: a test function, or a file that cannot be split. */
export interface SpecifiedTest {
  readonly path: string;
  /** Undefined: the file as a whole. */
  readonly qualifiedName: string | undefined;
}

/** The test files that the public specification leads to. */
export interface SpecifiedTests {
  readonly units: readonly SpecifiedTest[];
  /**
   * The files of some of the units, each as specified but without the specified tests that are not among them, and what
   * the specification changes besides tests.
   */
  filesWith(kept: readonly SpecifiedTest[]): Map<string, string | Uint8Array>;
  /** Of these files those that hold specified tests, without them, and what is changed besides; not what cannot be split. */
  filesWithout(paths: readonly string[]): Map<string, Uint8Array>;
}

/**
 * What a specification shows, in parts: each test function that it adds or changes. A file of which that cannot be told,
 * since it is no Python or its functions cannot be taken out alone, is one part. A module in which it changes no test, such
 * as helpers, is no part but goes with each, unless there is nothing else. Files that it deletes are left out. None where
 * it does not apply, which no made task does.
 */
export async function specifiedTests({ snapshot, specification }: TaskView): Promise<SpecifiedTests> {
  const application = await applyPatch(snapshot, specification);
  const files: SpecifiedFile[] = [];
  if (application.status === 'applied')
    for (const path of [...new Set(touchedPaths(specification))].sort()) {
      const file = await readSpecified(path, snapshot, application.snapshot);
      if (file) files.push(file);
    }
  const parts = files.filter(({ names }) => names?.length !== 0);
  const isWhole = parts.length === 0;
  return {
    units: (isWhole ? files : parts).flatMap(({ path, names }): SpecifiedTest[] =>
      (isWhole || !names ? [undefined] : names).map((qualifiedName) => ({ path, qualifiedName })),
    ),
    filesWith(kept) {
      const contents = files.flatMap(({ path, entry, names, text }): [string, string | Uint8Array][] => {
        const own = new Set(kept.filter((unit) => unit.path === path).map(({ qualifiedName }) => qualifiedName));
        if (names?.length === 0 && !isWhole) return [[path, entry.content]];
        if (own.size === 0) return [];
        if (!names?.length) return [[path, entry.content]];
        const others = new Set(names.filter((name) => !own.has(name)));
        return [[path, removeFunctions(text, others)!]];
      });
      return new Map(contents);
    },
    filesWithout(paths) {
      const split = parts.filter(({ path, names }) => names !== undefined && paths.includes(path));
      const besides = isWhole ? [] : files.filter(({ names }) => names?.length === 0);
      return new Map([
        ...split.map(({ path, text, names }) => [path, Buffer.from(removeFunctions(text, new Set(names))!)] as const),
        ...besides.map(({ path, entry }) => [path, entry.content] as const),
      ]);
    },
  };
}

interface SpecifiedFile {
  readonly path: string;
  readonly entry: FileEntry;
  readonly text: string;
  /** Test functions that the specification adds or changes; undefined where that cannot be told or they cannot be taken out. */
  readonly names: readonly string[] | undefined;
}

async function readSpecified(path: string, weak: Snapshot, full: Snapshot): Promise<SpecifiedFile | undefined> {
  const entry = await readFile(full, path);
  if (!entry || entry.mode === '120000') return undefined;
  const text = Buffer.from(entry.content).toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(Buffer.from(entry.content));
  const blocks = isModulePath(path) && isText ? codeBlocksOf(text) : undefined;
  if (!blocks) return { path, entry, text, names: undefined };
  const before = await readFile(weak, path);
  const known = codeBlocksOf(Buffer.from(before?.content ?? '').toString('utf8')) ?? [];
  const names = changedTests(blocks, known);
  // Two functions of one name are one test to Python and cannot be told apart here.
  const isClear = new Set(names).size === names.length;
  return { path, entry, text, names: isClear && canBeTakenApart(text, names) ? names : undefined };
}

function changedTests(blocks: readonly CodeBlock[], known: readonly CodeBlock[]): string[] {
  const before = new Map(known.map(({ qualifiedName, text }) => [qualifiedName, text]));
  return blocks
    .filter(({ kind, qualifiedName }) => kind === 'function' && /(^|\.)test\w*$/i.test(qualifiedName))
    .filter(({ qualifiedName, text }) => before.get(qualifiedName) !== text)
    .map(({ qualifiedName }) => qualifiedName);
}

/** Whether any of the tests can stay alone, and all can go. */
function canBeTakenApart(text: string, names: readonly string[]): boolean {
  const without = (kept: string | undefined) => removeFunctions(text, new Set(names.filter((name) => name !== kept)));
  return names.length === 0 || [undefined, ...names].every((kept) => without(kept) !== undefined);
}
