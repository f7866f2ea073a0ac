import { posix } from 'node:path';
import { pathMatcher } from './match-path.js';
import { ALL_PYTHON_FILES } from './search-input.js';
import type { SourceFile } from './source-file.js';

/** Where a search looks. */
export interface SearchScope {
  readonly all: ReadonlyMap<string, SourceFile>;
  /** Where it looks first; elsewhere only where nothing is there. */
  readonly chosen: ReadonlyMap<string, SourceFile>;
  /** Undefined: all files were meant. */
  readonly pattern: string | undefined;
}

/** `pattern` as the policy wrote it, in quotes or from the root of the machine too. */
export function scopeOf(
  files: ReadonlyMap<string, SourceFile>,
  pattern: string | undefined,
  workdir: string,
): SearchScope {
  const plain = relativePath(pattern ?? ALL_PYTHON_FILES, workdir);
  if (plain === ALL_PYTHON_FILES || plain === '.') return { all: files, chosen: files, pattern: undefined };
  const file = files.get(plain);
  if (file !== undefined) return { all: files, chosen: new Map([[plain, file]]), pattern: plain };
  const isChosen = pathMatcher(plain);
  return { all: files, chosen: new Map([...files].filter(([path]) => isChosen(path))), pattern: plain };
}

/** A path, an id or a pattern relative to the workspace, without quotes around it. */
export function relativePath(text: string, workdir: string): string {
  const bare = text.trim().replace(/^(["'`])(.*)\1$/s, '$2');
  const inside = bare.startsWith(`${workdir}/`) ? bare.slice(workdir.length + 1) : bare;
  return posix.normalize(inside);
}
