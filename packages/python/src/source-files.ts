import { isTestPath } from './test-files.js';

const NO_LIBRARY =
  /(^|\/)(docs?|examples?|scripts?|tools|bench(marks?)?|build|dist|vendor|_vendor|\.[^/]+)\/|(^|\/)(setup|__main__|noxfile|tasks|fabfile)\.py$/;

/** True for modules, whatever they are for. */
export function isModulePath(path: string): boolean {
  return path.endsWith('.py');
}

/** True for modules that by their path are the library itself: no tests, documentation, examples, tools or copies. */
export function isLibraryPath(path: string): boolean {
  return isModulePath(path) && !isTestPath(path) && !NO_LIBRARY.test(path);
}

/** The name that an import of this module ends with: that of its package for an `__init__`. */
export function moduleNameOf(path: string): string {
  return path
    .replace(/(\/__init__)?\.py$/, '')
    .split('/')
    .at(-1)!;
}

/** The names of the functions that a source defines, with repetition; quick, and right for ordinary layouts. */
export function definedNames(source: string): string[] {
  return [...source.matchAll(/^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)/gm)].map((match) => match[1]!);
}

/** Every word of a source that could be a name. */
export function wordsOf(source: string): string[] {
  return source.match(/[A-Za-z_]\w*/g) ?? [];
}
