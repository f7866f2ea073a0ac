import type { LaidBase } from './base-store.js';
import { digestContent } from './lay-out-tree.js';
import { WORKDIR } from './root-skeleton.js';
import type { ProcessResult } from './run-process.js';
import type { TreeFile } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import { unpackFiles } from './tree-archive.js';
import { assertDone, exitCodeOf, type RunTrusted } from './workspace-files.js';

const MAX_LISTING_BYTES = 64 * 1024 ** 2;
const MAX_CHANGED_BYTES = 64 * 1024 ** 2;
const MAX_CHANGED_FILES = 20_000;
/** Up to here it costs less to fetch files that turn out to be unchanged than to ask for their hashes first. */
const MAX_FETCHED_UNASKED_BYTES = 1024 ** 2;
const MAX_PATH_BYTES = 4000;
const TAR_OVERHEAD_PER_FILE = 8192;
const START = Buffer.from('./');
const END = Buffer.from([0]);

/** Unreadable directories in unreadable directories: each round opens one more level. */
const MAX_OPENING_ROUNDS = 20;

/** What runs meanwhile can change a file between two looks at it. */
const MAX_ATTEMPTS = 3;

/** The files changed between two looks at them. */
class DisturbedError extends Error {}

/** A file or link of the workspace as it is now. */
interface ListedFile {
  readonly isReadable: boolean;
  readonly mode: TreeFile['mode'];
  readonly size: number;
  readonly stamp: string;
  readonly target: string;
}

/**
 * 1: workspace. Each entry: type, permissions, size, time of last change, then link target and path, all ended by NUL.
 * Directories are listed, and not entered, where they cannot be read. What lies deeper has too long a path.
 */
const LIST_SCRIPT = `
chmod u+rwx "$1"
cd "$1" || exit 1
find . -mindepth 1 -maxdepth ${MAX_PATH_BYTES / 2} -name .git -prune -o \\
  \\( -type f -o -type l -o -type d ! -perm -500 -prune \\) -printf '%y %m %s %C@\\0%l\\0%P\\0'
exit 0
`;
/** What the program made unreadable is made readable; that changes no mode that git knows. */
const OPEN_SCRIPT = 'cd "$1" && exec xargs -0 -r chmod u+r"$2" --';
const HASH_SCRIPT = 'cd "$1" && exec xargs -0 -r sha256sum -z --';
const PACK_SCRIPT = 'cd "$1" && exec tar -c --format=gnu --no-recursion --hard-dereference --null -T - -f -';

/**
 * What differs from what a workspace was opened with. Names that are not UTF-8 or longer than any system call takes are
 * left out: no snapshot can hold them. Throws SandboxError `too-much-changed`, also where programs of the workspace keep
 * changing what is being read: that is no failure of the sandbox.
 */
export async function listChangedFiles(
  ...request: Parameters<typeof compareWithStart>
): Promise<Map<string, TreeFile | null>> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    try {
      return await compareWithStart(...request);
    } catch (error) {
      if (!(error instanceof DisturbedError)) throw error;
    }
  }
  throw new SandboxError('too-much-changed', 'Expected files that stay as they are while they are read; they changed.');
}

async function compareWithStart(
  run: RunTrusted,
  base: LaidBase,
  changes: ReadonlyMap<string, TreeFile | null>,
  workdir: string = WORKDIR,
): Promise<Map<string, TreeFile | null>> {
  const listed = await listFiles(run, workdir);
  const changed = new Map<string, TreeFile | null>();
  for (const path of new Set([...base.files.keys(), ...changes.keys()])) {
    if (expectedAt(path) !== undefined && !listed.has(path)) changed.set(path, null);
  }
  const suspects = new Map([...listed].filter(([path, file]) => isSuspect(path, file)));
  for (const [path, file] of suspects) {
    if (file.mode === '120000') {
      suspects.delete(path);
      if (digestContent(file.target) !== expectedAt(path)?.hash || expectedAt(path)?.mode !== file.mode) {
        changed.set(path, { mode: file.mode, content: Buffer.from(file.target) });
      }
    }
  }
  if (sizeOf(suspects) > MAX_FETCHED_UNASKED_BYTES)
    for (const path of await findUnchanged(suspects)) suspects.delete(path);
  assertBounds(suspects, changed.size);
  for (const [path, content] of await fetchContents(run, suspects, workdir)) {
    const { mode } = suspects.get(path)!;
    const expected = expectedAt(path);
    if (expected?.mode !== mode || expected.hash !== digestContent(content)) changed.set(path, { mode, content });
  }
  return new Map([...changed].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

  function expectedAt(path: string): { mode: TreeFile['mode']; size: number; hash: string } | undefined {
    const change = changes.get(path);
    if (change === null) return undefined;
    if (change !== undefined)
      return { mode: change.mode, size: change.content.length, hash: digestContent(change.content) };
    const file = base.files.get(path);
    return file && { mode: file.mode, size: Number.parseInt(file.stamp, 10), hash: file.hash };
  }

  /** Only a file of the base that nothing has touched since it was laid out is surely the same. */
  function isSuspect(path: string, file: ListedFile): boolean {
    return changes.has(path) || base.files.get(path)?.stamp !== file.stamp;
  }

  /** Files that were touched but are what they were; compared by hash, so that no content is moved for them. */
  async function findUnchanged(files: ReadonlyMap<string, ListedFile>): Promise<string[]> {
    // A file of another size is another file, and a sparse one of any size would take long to read.
    const candidates = new Map(
      [...files].filter(([path, { mode, size }]) => expectedAt(path)?.mode === mode && expectedAt(path)?.size === size),
    );
    const hashes = await hashFiles(run, candidates, workdir);
    return [...candidates.keys()].filter((path) => hashes.get(path) === expectedAt(path)?.hash);
  }
}

async function listFiles(run: RunTrusted, workdir: string): Promise<Map<string, ListedFile>> {
  for (let round = 0; round < MAX_OPENING_ROUNDS; round += 1) {
    const { files, closedDirectories } = await listReadable(run, workdir);
    if (closedDirectories.length === 0) return files;
    await openPaths(run, closedDirectories, 'x', workdir);
  }
  const message = `Expected at most ${MAX_OPENING_ROUNDS} unreadable directories in one another, got more.`;
  throw new SandboxError('too-much-changed', message);
}

async function listReadable(
  run: RunTrusted,
  workdir: string,
): Promise<{ readonly files: Map<string, ListedFile>; readonly closedDirectories: readonly Buffer[] }> {
  const result = await run({ argv: ['sh', '-c', LIST_SCRIPT, 'sh', workdir], maxOutputBytes: MAX_LISTING_BYTES });
  assertDone(result, 'listing the files');
  const fields = splitAtNul(result.stdout);
  const files = new Map<string, ListedFile>();
  const closedDirectories: Buffer[] = [];
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [type = '', permissions = '', size = '', time = ''] = fields[index]!.toString('latin1').split(' ');
    const pathBytes = fields[index + 2]!;
    if (pathBytes.length > MAX_PATH_BYTES) continue;
    if (type === 'd') {
      closedDirectories.push(pathBytes);
      continue;
    }
    const path = decode(pathBytes);
    const target = decode(fields[index + 1]!);
    if (path === undefined || target === undefined) continue;
    const permissionBits = Number.parseInt(permissions, 8);
    const mode = type === 'l' ? '120000' : (permissionBits & 0o100) !== 0 ? '100755' : '100644';
    const isReadable = (permissionBits & 0o400) !== 0;
    files.set(path, { mode, size: Number(size), stamp: `${size} ${trimTime(time)}`, target, isReadable });
  }
  return { files, closedDirectories };
}

async function openPaths(run: RunTrusted, paths: readonly Buffer[], right: 'x' | '', workdir: string): Promise<void> {
  if (paths.length === 0) return;
  const argv = ['sh', '-c', OPEN_SCRIPT, 'sh', workdir, right];
  assertUndisturbed(
    await run({ argv, stdin: joinWithNul(paths), maxOutputBytes: 65_536 }),
    'making the files readable',
  );
}

/** Makes regular files readable; returns their paths as commands take them. */
async function openFiles(
  run: RunTrusted,
  files: ReadonlyMap<string, ListedFile>,
  workdir: string,
): Promise<{ readonly paths: readonly string[]; readonly stdin: Buffer }> {
  const closed = [...files].filter(([, { isReadable }]) => !isReadable);
  await openPaths(
    run,
    closed.map(([path]) => Buffer.from(path)),
    '',
    workdir,
  );
  const paths = [...files.keys()];
  return { paths, stdin: joinWithNul(paths.map((path) => Buffer.from(path))) };
}

async function hashFiles(
  run: RunTrusted,
  files: ReadonlyMap<string, ListedFile>,
  workdir: string,
): Promise<Map<string, string>> {
  if (files.size === 0) return new Map();
  const { stdin } = await openFiles(run, files, workdir);
  const argv = ['sh', '-c', HASH_SCRIPT, 'sh', workdir];
  const result = await run({ argv, stdin, maxOutputBytes: MAX_LISTING_BYTES });
  assertUndisturbed(result, 'comparing the files');
  const lines = splitAtNul(result.stdout).map((line) => line.toString());
  return new Map(lines.map((line) => [line.slice(66 + './'.length), line.slice(0, 64)]));
}

async function fetchContents(
  run: RunTrusted,
  wanted: ReadonlyMap<string, ListedFile>,
  workdir: string,
): Promise<Map<string, Buffer>> {
  if (wanted.size === 0) return new Map();
  const { paths, stdin } = await openFiles(run, wanted, workdir);
  const maxOutputBytes = MAX_CHANGED_BYTES + paths.length * TAR_OVERHEAD_PER_FILE + 65_536;
  const result = await run({ argv: ['sh', '-c', PACK_SCRIPT, 'sh', workdir], stdin, maxOutputBytes });
  assertUndisturbed(result, 'reading the changed files');
  const files = await unpackFiles(result.stdout);
  if (paths.some((path) => !files.has(path))) throw new DisturbedError();
  return files;
}

/** As assertDone; a program that ended by itself, but missed a file, found another state than was listed. */
function assertUndisturbed(result: ProcessResult, action: string): void {
  const exitCode = exitCodeOf(result);
  if (result.stopReason === undefined && exitCode !== undefined && exitCode > 0 && exitCode < 124) {
    throw new DisturbedError();
  }
  assertDone(result, action);
}

function assertBounds(files: ReadonlyMap<string, ListedFile>, alreadyChanged: number): void {
  const bytes = sizeOf(files);
  if (bytes <= MAX_CHANGED_BYTES && files.size + alreadyChanged <= MAX_CHANGED_FILES) return;
  const measure = `${files.size + alreadyChanged} files, ${bytes} bytes`;
  const bounds = `${MAX_CHANGED_FILES} files and ${MAX_CHANGED_BYTES} bytes`;
  throw new SandboxError('too-much-changed', `Expected changes of at most ${bounds}, got ${measure}.`);
}

function sizeOf(files: ReadonlyMap<string, ListedFile>): number {
  return [...files.values()].reduce((sum, file) => sum + file.size, 0);
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    if (end === -1) break;
    fields.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return fields;
}

function joinWithNul(paths: readonly Buffer[]): Buffer {
  return Buffer.concat(paths.flatMap((path) => [START, path, END]));
}

/** Undefined where the bytes are not UTF-8. */
function decode(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

/** `find` prints ten digits of a second, the clock has nine. */
function trimTime(time: string): string {
  const [seconds, fraction = ''] = time.split('.');
  return `${seconds}.${fraction.slice(0, 9).padEnd(9, '0')}`;
}
