import { MAX_NAME_BYTES, MAX_PATH_BYTES, MAX_PATH_NAMES } from './patch-limits.js';

/** Code points that HFS+ ignores in names: `.g\u200cit` is `.git` there. */
const IGNORED_CODE_POINTS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * What makes a path unfit for a file of a repository, as the end of a sentence that begins with the path; undefined
 * where nothing does. Fit paths are relative, use `/`, stay inside and never name `.git` on any file system.
 */
export function findPathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.includes('\0')) return 'contains a NUL byte';
  if (/\p{Surrogate}/u.test(path)) return 'is not valid Unicode';
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'is absolute';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  const names = path.split('/');
  if (names.length > MAX_PATH_NAMES) return `has more than ${MAX_PATH_NAMES} names`;
  if (names.includes('')) return 'contains an empty name';
  if (names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) return `has a name over ${MAX_NAME_BYTES} bytes`;
  // A backslash is a plain character on Linux and a separator on Windows: both readings must be safe.
  const pieces = path.split(/[/\\]/);
  if (pieces.includes('..')) return 'contains ".."';
  if (names.includes('.')) return 'contains "."';
  if (pieces.some(isGitDirectoryName)) return 'names a .git directory';
  return undefined;
}

/** The path as file systems without letter case and Unicode normalisation see it: paths that fold alike may be one file. */
export function foldPath(path: string): string {
  return path.replace(IGNORED_CODE_POINTS, '').normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}

/** True for `.git` and all that HFS+ and NTFS take for it: other case, `.git.`, `git~1`, `.git::$INDEX_ALLOCATION`. */
export function isGitDirectoryName(name: string): boolean {
  const folded = foldPath(name)
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '');
  return folded === '.git' || /^git~\d+$/.test(folded);
}
