import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src`, import.meta.url));

/** Tests that mind no neighbour: they neither measure time nor look at what the machine as a whole does. */
const TOLERANT = [
  'packages/{artifact,trajectory,reward,selection,python,evaluation}/src/**/*.test.ts',
  'packages/{injector,solver,methods}/src/**/*.test.ts',
  'packages/adapter/src/{critic,hints,history,tool-formats,tool-sets}/**/*.test.ts',
  'test/{fuzz/**/*,select,tool-sets}.test.ts',
];
const HOSTILE = 'packages/*/src/hostile-episodes.test.ts';

const shared = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@swe-selfplay\/([a-z]+)$/, replacement: `${source('$1')}/index.ts` },
      { find: /^swe-selfplay$/, replacement: `${source('swe-selfplay')}/index.ts` },
    ],
  },
  test: {
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'side by side',
          include: TOLERANT,
          exclude: [HOSTILE],
          // Their modules keep nothing that another file could trip over, and loading them took as long as many tests.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'one by one',
          include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
          // What is played in the other project, and node_modules.
          exclude: [
            ...TOLERANT.map((pattern) => pattern.replace('**/*.test.ts', '**/!(hostile-episodes).test.ts')),
            '**/node_modules/**',
          ],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
