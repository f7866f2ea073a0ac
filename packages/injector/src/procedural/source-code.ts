import { listPaths, modeOf, type Random, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { guardedFiles } from '@swe-selfplay/evaluation';
import {
  definedNames,
  functionsOf,
  isLibraryPath,
  moduleNameOf,
  type PythonFunction,
  type PythonModule,
  parsePython,
  wordsOf,
} from '@swe-selfplay/python';

/** A function that may be broken. */
export interface Place {
  readonly file: string;
  readonly definition: PythonFunction;
  readonly module: PythonModule;
}

/** The code of a repository that may be broken: no tests, no guarded files, nothing that tests never name. */
export interface SourceCode {
  /** A function, more likely one whose name the tests mention; undefined where there is none. */
  pickPlace(random: Random, options?: { readonly otherThan?: ReadonlySet<string> }): Promise<Place | undefined>;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly weight: number;
}

const MAX_FILES = 4000;
const MAX_BYTES = 512 * 1024;
/** Names that the tests mention are covered as a rule; what they do not name may be covered all the same. */
const MENTIONED_WEIGHT = 8;
const UNMENTIONED_WEIGHT = 1;

/** Reads the code once; picking parses one file at a time. */
export async function readSourceCode(original: Snapshot, testFiles: readonly string[]): Promise<SourceCode> {
  const words = new Set<string>();
  for (const path of testFiles) {
    const text = await readText(original, path);
    for (const word of wordsOf(text ?? '')) words.add(word);
  }
  const paths = listPaths(original);
  const guarded = new Set(guardedFiles(paths, { original: paths, candidate: paths }, { testFiles }));
  const tests = new Set(testFiles);
  const files: SourceFile[] = [];
  for (const path of paths) {
    if (!isLibraryPath(path) || tests.has(path) || guarded.has(path)) continue;
    const text = files.length < MAX_FILES ? await readText(original, path) : undefined;
    const weight = text === undefined ? 0 : weightOf(text, words) * (words.has(moduleNameOf(path)) ? 4 : 1);
    if (text !== undefined && weight > 0) files.push({ path, text, weight });
  }
  return {
    async pickPlace(random, { otherThan = new Set() } = {}) {
      const file = pickWeighted(
        files.filter(({ path }) => !otherThan.has(path)),
        ({ weight }) => weight,
        random,
      );
      if (!file) return undefined;
      // Trees of the native parser are freed between turns of the event loop only.
      await new Promise((resolve) => setImmediate(resolve));
      const module = parsePython(file.text);
      if (module.hasSyntaxError) return undefined;
      const definition = pickWeighted(functionsOf(module), ({ name }) => nameWeight(name, words), random);
      return definition && { file: file.path, definition, module };
    },
  };
}

function weightOf(text: string, words: ReadonlySet<string>): number {
  return definedNames(text).reduce((sum, name) => sum + nameWeight(name, words), 0);
}

function nameWeight(name: string, words: ReadonlySet<string>): number {
  return words.has(name) ? MENTIONED_WEIGHT : UNMENTIONED_WEIGHT;
}

function pickWeighted<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  random: Random,
): Item | undefined {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let left = random.next() * total;
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  return items.at(-1);
}

/** The text of an ordinary file that is UTF-8 through and through, so that writing it back changes nothing else. */
async function readText(snapshot: Snapshot, path: string): Promise<string | undefined> {
  if (modeOf(snapshot, path) === '120000') return undefined;
  const file = await readFile(snapshot, path);
  if (!file || file.content.length > MAX_BYTES) return undefined;
  const bytes = Buffer.from(file.content);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
