import { build } from './guard-rules/build.js';
import { javascript } from './guard-rules/javascript.js';
import { python } from './guard-rules/python.js';

/** The trees a guard rule may ask about: the original and the one under judgement. */
export interface GuardedTrees {
  isInOriginal(path: string): boolean;
  isInCandidate(path: string): boolean;
  /** True where the original has a file at or below this path. */
  hasInOriginal(path: string): boolean;
}

/** Files of one ecosystem that decide how tests run rather than what the code does (SPEC 7). */
export interface GuardRule {
  readonly ecosystem: string;
  isGuarded(path: string, trees: GuardedTrees): boolean;
}

/** The rules in force where no others are given. */
export const GUARD_RULES: readonly GuardRule[] = [python, javascript, build];

export interface GuardOptions {
  /** Oracle test files: what would be imported in their place is guarded as well. */
  readonly testFiles: readonly string[];
  readonly rules?: readonly GuardRule[];
}

/** A module `tests.py` wins over a directory `tests` that is no package. */
const MODULE_ENDING = /(\.[\w-]+)?\.(py|so|pyd)$/;

/** Those of `paths` that are guarded, given all paths of the original and of the tree under judgement. */
export function guardedFiles(
  paths: Iterable<string>,
  trees: { readonly original: Iterable<string>; readonly candidate: Iterable<string> },
  { testFiles, rules = GUARD_RULES }: GuardOptions,
): string[] {
  const original = new Set(trees.original);
  const candidate = new Set(trees.candidate);
  const originalDirectories = new Set([...original].flatMap(ancestorsOf));
  const view: GuardedTrees = {
    isInOriginal: (path) => original.has(path),
    isInCandidate: (path) => candidate.has(path),
    hasInOriginal: (path) => original.has(path) || originalDirectories.has(path),
  };
  const shadowed = new Set(testFiles.map((path) => path.replace(/\.[^./]*$/, '')));
  const shadowedDirectories = new Set(testFiles.flatMap(ancestorsOf));
  return [...paths].filter(
    (path) =>
      rules.some((rule) => rule.isGuarded(path, view)) ||
      (!original.has(path) && (shadowedDirectories.has(path.replace(MODULE_ENDING, '')) || isBesides(path, shadowed))),
  );
}

/** Every directory above a path, nearest last: `a/b/c` gives `a`, `a/b`. */
export function ancestorsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** True for `tests/test_io/…` and `tests/test_io.so` beside the oracle `tests/test_io.py`: they win over it on import. */
function isBesides(path: string, stems: ReadonlySet<string>): boolean {
  // By the places where a stem may end, and not stem by stem: both lists may have tens of thousands of entries.
  for (let at = 1; at < path.length; at += 1)
    if ((path[at] === '/' || path[at] === '.') && stems.has(path.slice(0, at))) return true;
  return false;
}
