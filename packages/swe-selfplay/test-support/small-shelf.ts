import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BugArtifact,
  createArtifact,
  diffSnapshots,
  type Environment,
  openEnvironment,
  printPatch,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';

const CODE = `def longest(books):
    best = books[0]
    for book in books:
        if len(book) > len(best):
            best = book
    return best


def shortest(books):
    best = books[0]
    for book in books:
        if len(book) < len(best):
            best = book
    return best
`;

const TESTS = `import unittest
import shelf


class ShelfTest(unittest.TestCase):
    def test_longest(self):
        self.assertEqual(shelf.longest(["a", "bbb"]), "bbb")

    def test_shortest(self):
        self.assertEqual(shelf.shortest(["aa", "b"]), "b")

    def test_one(self):
        self.assertEqual(shelf.shortest(["a"]), "a")
`;

const SCRIPT = 'python3 -m unittest -v test_shelf\n';

const PARSER = `import json, re, sys
found = re.findall(r"^(test_\\w+) .*\\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M)
print(json.dumps({name: "passed" if how == "ok" else "failed" for name, how in found}))
`;

/** The rules that three tests can satisfy. */
export const SMALL_RULES = { minPassingTests: 3, timeoutMs: 20_000 } as const;

/** A repository of one module with three tests, and what can be done with it. */
export interface SmallShelf {
  readonly environment: Environment;
  /** A valid artifact: `longest` gives the shortest. `variant` makes different artifacts. */
  bug(variant?: string): Promise<BugArtifact>;
  /** Breaks nothing. */
  idleBug(): Promise<BugArtifact>;
  /** From the weakened, buggy shelf: one that solves it, or one that changes something else. */
  predPatch(kind: 'solving' | 'useless' | 'useless too'): Promise<Uint8Array>;
  remove(): Promise<void>;
}

export async function createSmallShelf(): Promise<SmallShelf> {
  const directory = join(mkdtempSync(join(tmpdir(), 'small-shelf-')), 'shelf');
  mkdirSync(directory);
  writeFileSync(join(directory, 'shelf.py'), CODE);
  writeFileSync(join(directory, 'test_shelf.py'), TESTS);
  const environment = await openEnvironment({ directory });
  const { original } = environment;
  const buggyCode = CODE.replace('len(book) > len(best)', 'len(book) < len(best)');
  const weakTests = TESTS.replace('self.assertEqual(shelf.longest(["a", "bbb"]), "bbb")', 'pass');

  async function artifactOf(code: string): Promise<BugArtifact> {
    const buggy = withText(original, 'shelf.py', code);
    return createArtifact({
      script: SCRIPT,
      parser: PARSER,
      testFiles: ['test_shelf.py'],
      bugInject: printPatch(await diffSnapshots(original, buggy)),
      testWeaken: printPatch(await diffSnapshots(buggy, withText(buggy, 'test_shelf.py', weakTests))),
    });
  }
  const repairs = {
    solving: CODE,
    useless: `${buggyCode}\n\ndef count(books):\n    return len(books)\n`,
    'useless too': buggyCode.replace('longest(books):\n', 'longest(books):\n    books = list(books)\n'),
  };
  return {
    environment,
    bug: (variant = '') => artifactOf(`${buggyCode}${variant && `\n# ${variant}\n`}`),
    idleBug: () => artifactOf(`${CODE}\n# idle\n`),
    async predPatch(kind) {
      const task = withText(withText(original, 'shelf.py', buggyCode), 'test_shelf.py', weakTests);
      return printPatch(await diffSnapshots(task, withText(task, 'shelf.py', repairs[kind])));
    },
    async remove() {
      await environment.close();
      rmSync(join(directory, '..'), { recursive: true });
    },
  };
}

function withText(snapshot: Snapshot, path: string, text: string): Snapshot {
  return withFiles(snapshot, [[path, { mode: '100644', content: Buffer.from(text) }]]);
}
