import { listPaths, readFile, type Snapshot } from '@swe-selfplay/artifact';

/** A file that holds tests, and in which styles they are written. */
export interface TestFile {
  readonly path: string;
  readonly hasUnittestStyle: boolean;
  readonly hasPytestStyle: boolean;
}

const TEST_FILE_NAME = /(^|\/)(test[^/]*|[^/]*_tests?|tests)\.py$/;
const FOREIGN_DIRECTORY =
  /(^|\/)(\.[^/]+|node_modules|site-packages|venv|env|build|dist|_vendor|vendor|bench|benchmarks?)\//;
const MAX_BYTES = 2 * 1024 ** 2;

const filesOfSnapshots = new WeakMap<Snapshot, Promise<readonly TestFile[]>>();

/** True for paths that by their name hold tests, or that help tests from a directory for tests. */
export function isTestPath(path: string): boolean {
  return TEST_FILE_NAME.test(path) || /(^|\/)(tests?|testing)\//.test(path);
}

/** The Python files of a snapshot that hold tests, sorted by path. */
export function findTestFiles(snapshot: Snapshot): Promise<readonly TestFile[]> {
  const known = filesOfSnapshots.get(snapshot);
  if (known) return known;
  const finding = readTestFiles(snapshot);
  filesOfSnapshots.set(snapshot, finding);
  return finding;
}

async function readTestFiles(snapshot: Snapshot): Promise<readonly TestFile[]> {
  const found: TestFile[] = [];
  for (const path of listPaths(snapshot)) {
    if (!TEST_FILE_NAME.test(path) || FOREIGN_DIRECTORY.test(path)) continue;
    const file = await readFile(snapshot, path);
    if (!file || file.mode === '120000' || file.content.length > MAX_BYTES) continue;
    const styles = stylesOf(Buffer.from(file.content).toString('utf8'));
    if (styles.hasUnittestStyle || styles.hasPytestStyle) found.push({ path, ...styles });
  }
  return found;
}

function stylesOf(source: string): Omit<TestFile, 'path'> {
  const hasTests = /^[ \t]*(async[ \t]+)?def[ \t]+(test|runTest\b)/m.test(source);
  const hasTestCase = /^[ \t]*class[ \t]+\w+\([^)]{0,500}TestCase/m.test(source) || /^def load_tests\b/m.test(source);
  const isImported = /^[ \t]*(import|from)[ \t]+pytest\b/m.test(source);
  const hasPlainFunction = /^(async[ \t]+)?def[ \t]+test/m.test(source);
  const hasPlainClass = /^class[ \t]+Test\w*[ \t]*(\([ \t]*(object)?[ \t]*\))?[ \t]*:/m.test(source);
  return {
    hasUnittestStyle: hasTestCase,
    hasPytestStyle: hasTests && (isImported || hasPlainFunction || hasPlainClass),
  };
}

/** Where modules of the repository are imported from: `src` and the like, then the root. */
export function sourceRootsOf(snapshot: Snapshot): string[] {
  const paths = listPaths(snapshot);
  const holdsModules = (directory: string) =>
    paths.some(
      (path) =>
        path.startsWith(`${directory}/`) && /^[^/]+(\.py|\/__init__\.py)$/.test(path.slice(directory.length + 1)),
    ) && !paths.includes(`${directory}/__init__.py`);
  return [...['src', 'lib', 'python'].filter(holdsModules), '.'];
}
