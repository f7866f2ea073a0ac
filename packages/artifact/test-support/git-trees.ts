import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { blobId, listPaths, readFile, type Snapshot } from '../src/snapshot.js';

/** A scratch repository for tests: trees of snapshots, and what the git program says of them. */
export interface GitTrees {
  readonly emptyTree: string;
  /** Stores a snapshot as a tree and returns its id. */
  write(snapshot: Snapshot): Promise<string>;
  /** What `git diff` prints between two trees. */
  diff(from: string, to: string, ...options: readonly string[]): Uint8Array;
  /** The tree after `git apply` on a tree; throws with git's message where it refuses. */
  apply(tree: string, patch: Uint8Array, ...options: readonly string[]): string;
}

/** Git is asked to print empty context lines without their space, the one way in which its output varies. */
export function createGitTrees(directory: string): GitTrees {
  const run = (args: readonly string[], input?: Uint8Array | string) =>
    execFileSync('git', ['-c', 'core.quotePath=true', '-c', 'diff.suppressBlankEmpty=true', ...args], {
      cwd: directory,
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
      input,
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_INDEX_FILE: join(directory, 'scratch-index'),
      },
    });
  const id = (output: Uint8Array) => Buffer.from(output).toString().trim();
  /** Blobs stored so far; write-tree fails for one that is missing. */
  const blobs = new Set<string>();
  run(['init', '--quiet', '.']);
  return {
    emptyTree: id(run(['hash-object', '-w', '-t', 'tree', '--stdin'], '')),
    async write(snapshot) {
      const lines: string[] = [];
      for (const path of listPaths(snapshot)) {
        const { mode, content } = (await readFile(snapshot, path))!;
        const blob = blobId(content);
        if (!blobs.has(blob)) blobs.add(id(run(['hash-object', '-w', '--stdin'], content)));
        lines.push(`${mode} ${blob}\t${path}\0`);
      }
      run(['read-tree', '--empty']);
      if (lines.length > 0) run(['update-index', '-z', '--index-info'], lines.join(''));
      return id(run(['write-tree']));
    },
    diff: (from, to, ...options) => run(['diff', '--no-ext-diff', '--no-textconv', ...options, from, to]),
    apply(tree, patch, ...options) {
      run(['read-tree', tree]);
      run(['apply', '--cached', '--whitespace=nowarn', ...options, '-'], patch);
      return id(run(['write-tree']));
    },
  };
}
