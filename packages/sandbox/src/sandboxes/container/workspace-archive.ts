import { Readable } from 'node:stream';
import tar from 'tar-stream';
import type { LaidBase } from '../../base-store.js';
import { describeBase } from '../../base-store.js';
import { digestContent } from '../../lay-out-tree.js';
import { planChanges } from '../../plan-changes.js';
import type { TreeFile, TreeSource, WorkspaceRequest } from '../../sandbox.js';
import { SandboxError } from '../../sandbox-error.js';
import { assertFilePathOfTree, assertTreePath, directoriesAbove } from '../../tree-paths.js';

/** A base held in memory, to be sent to engines. */
export interface HeldBase {
  readonly laid: LaidBase;
  readonly contents: ReadonlyMap<string, TreeFile>;
  readonly bytes: number;
}

/** Long before any change: bytecode of a base never looks newer than an edit. */
const BASE_TIME = new Date('2001-01-01T00:00:00Z');

/** Throws SandboxError `invalid-request` for a tree that no git repository could hold. */
export async function holdBase(source: TreeSource | undefined): Promise<HeldBase> {
  const contents = new Map<string, TreeFile>();
  const directories = new Set<string>();
  let bytes = 0;
  for await (const { path, mode, content } of source?.readAll() ?? []) {
    const above = directoriesAbove(assertFilePathOfTree(path));
    const isLinkToNothing = mode === '120000' && (content.length === 0 || content.includes(0));
    if (contents.has(path) || directories.has(path) || above.some((place) => contents.has(place)) || isLinkToNothing) {
      throw new SandboxError(
        'invalid-request',
        `Expected a tree, got two different things at ${JSON.stringify(path)}.`,
      );
    }
    for (const directory of above) directories.add(directory);
    contents.set(path, { mode, content });
    bytes += content.length;
  }
  // The stamp is that of no real file, so that whatever is compared with it is compared by content.
  const files = [...contents].map(([path, { mode, content }]) => {
    return [path, { mode, hash: digestContent(content), stamp: `${content.length} unknown` }] as const;
  });
  return { laid: describeBase('', new Map(files)), contents, bytes };
}

/**
 * What a workspace starts as, by path in the order of paths, so that nothing tells a changed file by its place in it.
 * Throws SandboxError `invalid-request` where the changes give no tree.
 */
export function filesOf(base: HeldBase, changes: WorkspaceRequest['changes']): Map<string, TreeFile> {
  planChanges(base.laid, changes);
  const files = new Map([...base.contents].filter(([path]) => !changes.has(path)));
  for (const [path, file] of changes) if (file !== null) files.set(path, file);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** A tar archive of files that belong to `userId`; those that `isLate` names are as new as now. */
export function archiveOf(
  files: Iterable<readonly [string, TreeFile]>,
  userId: number,
  isLate: (path: string) => boolean,
): Readable {
  const pack = tar.pack();
  const directories = new Set<string>();
  const now = new Date();
  const owner = { uid: userId, gid: userId };
  for (const [path, file] of files) {
    for (const directory of directoriesAbove(path)) {
      if (directories.has(directory)) continue;
      directories.add(directory);
      pack.entry({ name: directory, type: 'directory', mode: 0o755, mtime: BASE_TIME, ...owner });
    }
    const mtime = isLate(path) ? now : BASE_TIME;
    if (file.mode === '120000') {
      const linkname = Buffer.from(file.content).toString();
      pack.entry({ name: path, type: 'symlink', linkname, mode: 0o777, mtime, ...owner });
    } else {
      const mode = file.mode === '100755' ? 0o755 : 0o644;
      pack.entry({ name: path, mode, mtime, ...owner }, Buffer.from(file.content));
    }
  }
  pack.finalize();
  return Readable.from(pack);
}

/** A tar archive of harness files, which belong to root and may be run by everybody. */
export function harnessArchive(files: ReadonlyMap<string, Uint8Array>): Readable {
  return archiveOf(
    [...files].map(([path, content]) => [assertTreePath(path), { mode: '100755', content }] as const),
    0,
    () => false,
  );
}

/** A link that leads up out of the tree; some engines lay no such link. */
export function isLeavingLink(path: string, { mode, content }: TreeFile): boolean {
  if (mode !== '120000') return false;
  let depth = path.split('/').length - 1;
  for (const part of Buffer.from(content).toString().split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '.' && part !== '') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
