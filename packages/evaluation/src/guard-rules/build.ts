import type { GuardRule } from '../guarded-files.js';

const NAMES = new Set(['Makefile', 'makefile', 'GNUmakefile', 'justfile', '.justfile', 'Taskfile.yml', 'Rakefile']);

/** Recipes through which a test script may start the suite, whatever the language. */
export const build: GuardRule = {
  ecosystem: 'build',
  isGuarded: (path) => NAMES.has(path.slice(path.lastIndexOf('/') + 1)),
};
