import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitLocation } from './run-git.js';

/**
 * The repository whose top is `directory`: a work tree (also a linked one) or a bare repository. Undefined for any other
 * directory, also for one that only lies inside a work tree.
 */
export async function findRepository(directory: string): Promise<GitLocation | undefined> {
  const dotGit = join(directory, '.git');
  if ((await kindOf(dotGit)) !== 'absent') return { gitDirectory: dotGit, workTree: directory };
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => kindOf(join(directory, name))));
  return parts.join() === 'file,directory,directory' ? { gitDirectory: directory, workTree: undefined } : undefined;
}

async function kindOf(path: string): Promise<'absent' | 'file' | 'directory'> {
  try {
    return (await lstat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'absent';
  }
}
