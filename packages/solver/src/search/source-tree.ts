import { listPaths, readFile, type Snapshot } from '@swe-selfplay/artifact';

/** The Python text of one state, read as it is needed. */
export interface SourceTree {
  readonly snapshot: Snapshot;
  /** Python files that are no tests, sorted. */
  readonly codePaths: readonly string[];
  /** Undefined where there is no such regular file or it is not UTF-8. */
  read(path: string): Promise<string | undefined>;
}

/** `testPaths` are left out of the code, as is everything that looks like a test or decides how tests run. */
export function createSourceTree(snapshot: Snapshot, testPaths: ReadonlySet<string>): SourceTree {
  const texts = new Map<string, Promise<string | undefined>>();
  return {
    snapshot,
    codePaths: listPaths(snapshot).filter(
      (path) => path.endsWith('.py') && !testPaths.has(path) && !looksLikeTest(path),
    ),
    read(path) {
      const known = texts.get(path) ?? readText(snapshot, path);
      texts.set(path, known);
      return known;
    },
  };
}

const TEST_FILE = /^(test_.*|.*_tests?|tests?|conftest|setup|noxfile|sitecustomize|usercustomize)\.py$/;

function looksLikeTest(path: string): boolean {
  const segments = path.split('/');
  const name = segments.pop()!;
  return TEST_FILE.test(name) || segments.some((segment) => segment === 'tests' || segment === 'test');
}

async function readText(snapshot: Snapshot, path: string): Promise<string | undefined> {
  const entry = await readFile(snapshot, path);
  if (entry === undefined || entry.mode === '120000') return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry.content);
  } catch {
    return undefined;
  }
}
