import type { GuardRule } from '../guarded-files.js';

const NAMES = new Set(['package.json', '.npmrc', '.yarnrc', '.yarnrc.yml', '.pnpmfile.cjs']);
const RUNNER_CONFIGURATION =
  /^(\.mocharc|\.babelrc|(jest|vitest|vite|karma|ava|babel|playwright)\.config|vitest\.workspace)(\.|$)/;

/** JavaScript and TypeScript: how scripts are named and how their runners are set up. */
export const javascript: GuardRule = {
  ecosystem: 'javascript',
  isGuarded(path) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return NAMES.has(name) || RUNNER_CONFIGURATION.test(name) || path.split('/').includes('node_modules');
  },
};
