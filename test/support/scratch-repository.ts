import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a file is to become: text or bytes, an executable, a symbolic link, or (`null`) nothing. */
export type FileContent = string | Buffer | null | { readonly executable: string } | { readonly link: string };

/** Paths of a tree and what stands there. */
export type Tree = Readonly<Record<string, FileContent>>;

const IDENTITY = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
};

/** Runs git in a directory and gives what it prints, byte for byte. */
export async function git(directory: string, ...args: string[]): Promise<Buffer> {
  const { stdout } = await execute('git', ['-c', 'core.autocrlf=false', ...args], {
    cwd: directory,
    encoding: 'buffer',
    maxBuffer: 1024 ** 3,
    env: { ...process.env, ...IDENTITY },
  });
  return stdout;
}

/** A new temporary directory that the caller removes. */
export async function scratchDirectory(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `swe-selfplay-test-${name}-`));
}

/** Writes files below a directory, replacing what is there. */
export async function writeTree(directory: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(directory, path);
    await rm(file, { recursive: true, force: true });
    if (content === null) continue;
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) await writeFile(file, content, { mode: 0o644 });
    else if ('link' in content) await symlink(content.link, file);
    else {
      await writeFile(file, content.executable);
      await chmod(file, 0o755);
    }
  }
}

/** A repository with one commit of the tree, in a new temporary directory. */
export async function makeRepository(tree: Tree, name = 'repository'): Promise<string> {
  const directory = await scratchDirectory(name);
  await git(directory, 'init', '--quiet', '--initial-branch=main');
  await writeTree(directory, tree);
  await git(directory, 'add', '--all');
  await git(directory, 'commit', '--quiet', '--message', 'All');
  return directory;
}

/**
 * What `git diff` prints for each step, one on top of the other, as somebody who edits a clone would get it. The
 * repository itself is left alone.
 */
export async function diffsOf(repository: string, steps: readonly Tree[]): Promise<Buffer[]> {
  const clone = await scratchDirectory('clone');
  try {
    await git(clone, 'clone', '--quiet', '--no-hardlinks', repository, '.');
    const diffs: Buffer[] = [];
    for (const step of steps) {
      await writeTree(clone, step);
      await git(clone, 'add', '--all', '--force');
      diffs.push(await git(clone, 'diff', '--cached', '--binary', '-M30', 'HEAD'));
      await git(clone, 'commit', '--quiet', '--allow-empty', '--message', 'Step');
    }
    return diffs;
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** Digest of everything below a directory, `.git` included: names, modes, times of change, links and contents. */
export async function fingerprint(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const visit = async (path: string): Promise<void> => {
    const entry = await lstat(path);
    hash.update(`${path}\0${entry.mode}\0${entry.size}\0${entry.mtimeMs}\0`);
    if (entry.isSymbolicLink()) hash.update(await readlink(path));
    else if (entry.isFile()) hash.update(await readFile(path));
    else if (entry.isDirectory()) for (const name of (await readdir(path)).sort()) await visit(join(path, name));
  };
  await visit(directory);
  return hash.digest('hex');
}
