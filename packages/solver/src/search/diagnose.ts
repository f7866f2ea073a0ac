import { functionsOf, type PythonFunction, type PythonModule, parsePython } from '@swe-selfplay/python';
import type { LocatedFunction } from './candidate-source.js';
import { type Candidate, candidatesFor } from './candidates.js';
import { type CodeFunction, functionKey, readFunctions } from './code-function.js';
import { reachableFiles } from './imported-files.js';
import type { Standing } from './judge-run.js';
import { localise, type Suspect } from './localise.js';
import type { SourceTree } from './source-tree.js';
import { similarity, tokensOf } from './tokens.js';

const MAX_FILES = 60;
const MAX_SUSPECTS = 30;
const MAX_DONORS = 4;
const MIN_DONOR_SIMILARITY = 0.3;
const SAME_FILE_BONUS = 0.2;

export interface Evidence {
  readonly tree: SourceTree;
  /** The restored test files. */
  readonly testPaths: readonly string[];
  readonly standing: Standing;
  readonly specificationNames: ReadonlySet<string>;
}

/** What may be wrong and what to try: suspects from the evidence, and the repairs of the most suspicious ones. */
export async function diagnose(evidence: Evidence): Promise<{ suspects: Suspect[]; candidates: Candidate[] }> {
  const { tree, testPaths, standing } = evidence;
  const written = await functionsIn(tree, testPaths);
  const tests = written.filter(({ name }) => /^test/i.test(name));
  const helpers = written.filter(({ name }) => !/^test/i.test(name));
  const functions = await functionsIn(tree, await filesUnderTest(evidence));
  const suspects = localise({
    functions,
    ...splitTests(tests, standing),
    helpers,
    failures: standing.failures,
    specificationNames: evidence.specificationNames,
  }).slice(0, MAX_SUSPECTS);

  const tokens = new Map<string, string[]>();
  for (const entry of functions) {
    const source = (await tree.read(entry.path)) ?? '';
    tokens.set(functionKey(entry), tokensOf(source.slice(entry.start, entry.end)));
  }
  const locate = createLocator(tree);
  const candidates: Candidate[] = [];
  for (const { function: suspect, suspicion } of suspects) {
    const target = await locate(suspect);
    if (target === undefined || target.module.hasSyntaxError) continue;
    const donors: LocatedFunction[] = [];
    for (const donor of mostSimilar(suspect, functions, tokens)) {
      const located = await locate(donor);
      if (located !== undefined) donors.push(located);
    }
    candidates.push(...candidatesFor(target, suspicion, donors));
  }
  return { suspects, candidates };
}

/** Files that tests import, nearest first, and files on tracebacks; all code where nothing is found. */
async function filesUnderTest({ tree, testPaths, standing }: Evidence): Promise<string[]> {
  const code = new Set(tree.codePaths);
  const reached = await reachableFiles(testPaths, tree.codePaths, tree.read, MAX_FILES);
  const onStack = standing.failures.flatMap(({ frames }) => frames.map(({ file }) => file).reverse());
  const found = [...new Set([...onStack, ...reached])].filter((path) => code.has(path));
  return (found.length > 0 ? found : [...code]).slice(0, MAX_FILES);
}

async function functionsIn(tree: SourceTree, paths: readonly string[]): Promise<CodeFunction[]> {
  const functions: CodeFunction[] = [];
  for (const path of paths) {
    const source = await tree.read(path);
    if (source !== undefined) functions.push(...readFunctions(path, source));
  }
  return functions;
}

/** Test functions by what the report says of ids that name them; those of which it says nothing failed to load. */
function splitTests(
  tests: readonly CodeFunction[],
  { passed, failed }: Standing,
): { failing: CodeFunction[]; passing: CodeFunction[] } {
  const [passes, fails] = [namesIn(passed), namesIn(failed)];
  const failing = tests.filter(fails);
  return {
    failing: failing.length > 0 ? failing : tests.filter((test) => !passes(test)),
    passing: tests.filter((test) => passes(test) && !fails(test)),
  };
}

/** Whether some of the ids names a test: its function, and its class where it has one. */
function namesIn(ids: ReadonlySet<string>): (test: CodeFunction) => boolean {
  const byWord = new Map<string, Set<string>[]>();
  for (const id of ids) {
    const words = new Set(id.match(/[\p{L}\p{N}_]+/gu) ?? []);
    for (const word of words) byWord.set(word, [...(byWord.get(word) ?? []), words]);
  }
  return ({ name, className }) =>
    (byWord.get(name) ?? []).some((words) => className === undefined || words.has(className));
}

function mostSimilar(
  suspect: CodeFunction,
  functions: readonly CodeFunction[],
  tokens: ReadonlyMap<string, string[]>,
): CodeFunction[] {
  const own = tokens.get(functionKey(suspect)) ?? [];
  return functions
    .filter((other) => functionKey(other) !== functionKey(suspect))
    .map((other) => ({
      other,
      likeness:
        similarity(own, tokens.get(functionKey(other)) ?? []) + (other.path === suspect.path ? SAME_FILE_BONUS : 0),
    }))
    .filter(({ likeness }) => likeness >= MIN_DONOR_SIMILARITY)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, MAX_DONORS)
    .map(({ other }) => other);
}

/** Finds syntax again, file by file: light functions are kept for all files, trees for few. */
function createLocator(tree: SourceTree): (entry: CodeFunction) => Promise<LocatedFunction | undefined> {
  const parsed = new Map<string, { module: PythonModule; definitions: PythonFunction[] }>();
  return async ({ path, start }) => {
    let file = parsed.get(path);
    if (file === undefined) {
      const source = await tree.read(path);
      if (source === undefined) return undefined;
      const module = parsePython(source);
      file = { module, definitions: functionsOf(module) };
      parsed.set(path, file);
    }
    const definition = file.definitions.find((other) => other.start === start);
    return definition && { path, module: file.module, definition };
  };
}
