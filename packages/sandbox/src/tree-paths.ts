import { SandboxError } from './sandbox-error.js';

/**
 * Checks a relative path of a tree and returns it: `/` separators, no empty, `.` or `..` part, no NUL.
 * Throws SandboxError `invalid-request`.
 */
export function assertTreePath(path: string): string {
  const parts = path.split('/');
  const isBad = parts.some((part) => part === '' || part === '.' || part === '..' || Buffer.byteLength(part) > 255);
  if (isBad || path.includes('\0') || Buffer.byteLength(path) > 4000) {
    throw new SandboxError(
      'invalid-request',
      `Expected a relative path without "." and ".." parts, got ${JSON.stringify(path)}.`,
    );
  }
  return path;
}

/** As assertTreePath, and no part is `.git`: a tree holds files, never a repository's own. */
export function assertFilePathOfTree(path: string): string {
  if (assertTreePath(path).split('/').some(isGitDirectoryName)) {
    throw new SandboxError('invalid-request', `Expected a path outside .git, got ${JSON.stringify(path)}.`);
  }
  return path;
}

/** The directories above a path, outermost first: `a`, `a/b` for `a/b/c`. */
export function directoriesAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function isGitDirectoryName(part: string): boolean {
  return part.toLowerCase() === '.git';
}
