import { changedPaths, modeOf, type Snapshot } from '@swe-selfplay/artifact';

/** The task of a grading as far as its surroundings go. */
export interface Surroundings {
  readonly original: Snapshot;
  /** What the patch was made for: the original with bug and weakened tests. */
  readonly task: Snapshot;
  readonly testFiles: readonly string[];
  /** Text of `test_script.sh`. */
  readonly script: string;
  /**
   * Files that hold code and no tests, for a task of which it is not known what the bug changed: where one of them lies,
   * there lie not tests alone.
   */
  readonly codePaths?: readonly string[] | undefined;
}

/**
 * Those of `paths` that are no oracle tests and yet run on the way to them, to be put back like these: what the script
 * calls by name, initialisers of the directories that tests lie in, and test files that a patch adds beside them. What
 * the task changed is never among them, since putting it back would mend the bug.
 */
export function scaffoldPaths(paths: Iterable<string>, surroundings: Surroundings): string[] {
  const { original, testFiles, script } = surroundings;
  const oracle = new Set(testFiles);
  const ofTask = new Set(bugPaths(surroundings));
  const called = namesIn(script);
  const testOnly = testDirectories(surroundings);
  const holding = new Set(testFiles.map(directoryOf));
  return [...paths].filter((path) => {
    if (oracle.has(path) || ofTask.has(path)) return false;
    const isNew = modeOf(original, path) === undefined;
    const name = path.slice(path.lastIndexOf('/') + 1);
    return (
      called.has(path) ||
      // Programs mention `__init__.py` to tell packages from directories, and mean no file by it.
      (name !== '__init__.py' && called.has(name)) ||
      (name === '__init__.py' && testOnly.has(directoryOf(path))) ||
      (isNew && name === '__init__.py' && isBelow(path, testOnly)) ||
      (isNew && /^test.*\.py$|_test\.py$/.test(name) && isBelow(path, holding))
    );
  });
}

/** Those of `paths` that lie among oracle tests, in or below a directory that holds tests and nothing that the bug changed. */
export function pathsAmongTests(paths: Iterable<string>, surroundings: Surroundings): string[] {
  const oracle = new Set(surroundings.testFiles);
  const testOnly = testDirectories(surroundings);
  return [...paths].filter((path) => !oracle.has(path) && isBelow(path, testOnly));
}

/** Directories that hold oracle tests and, at any depth, no file of the bug or of `codePaths`: there lie tests alone. */
function testDirectories(surroundings: Surroundings): Set<string> {
  const changed = [...bugPaths(surroundings), ...(surroundings.codePaths ?? [])];
  const directories = new Set(surroundings.testFiles.map(directoryOf));
  return new Set([...directories].filter((directory) => !changed.some((path) => isBelow(path, new Set([directory])))));
}

function bugPaths({ original, task, testFiles }: Surroundings): string[] {
  return changedPaths(original, task).filter((path) => !testFiles.includes(path));
}

/** Words of a script that may name a file: as a path, or as a dotted module behind `-m`. */
function namesIn(script: string): Set<string> {
  const words = script.split(/[\s'"`=;|&()<>$,:]+/).map((word) => word.replace(/^(\.\/)+/, ''));
  const modules = words.filter((word) => /^\w+(\.\w+)+$/.test(word)).map((word) => `${word.replaceAll('.', '/')}.py`);
  return new Set([...words.filter((word) => /[./]/.test(word)), ...modules]);
}

function isBelow(path: string, directories: ReadonlySet<string>): boolean {
  if (directories.has('')) return true;
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (directories.has(path.slice(0, at))) return true;
  }
  return false;
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
