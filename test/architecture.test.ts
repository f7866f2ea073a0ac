import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PACKAGES = join(import.meta.dirname, '..', 'packages');

/** What each package may import; the picture is in docs/architecture.md. */
const ALLOWED: Record<string, readonly string[]> = {
  artifact: [],
  sandbox: [],
  reward: [],
  selection: [],
  trajectory: [],
  evaluation: ['artifact', 'sandbox'],
  adapter: ['sandbox', 'trajectory'],
  python: ['artifact'],
  injector: ['artifact', 'sandbox', 'evaluation', 'adapter', 'python'],
  solver: ['artifact', 'sandbox', 'evaluation', 'adapter', 'python'],
  exploits: ['artifact', 'sandbox', 'evaluation', 'injector', 'solver'],
  methods: ['artifact', 'sandbox', 'reward', 'selection', 'evaluation', 'adapter', 'python', 'solver'],
  'swe-selfplay': [
    'artifact',
    'sandbox',
    'reward',
    'trajectory',
    'evaluation',
    'adapter',
    'python',
    'injector',
    'solver',
    'exploits',
    'selection',
    'methods',
  ],
};

function sourcesOf(name: string): string[] {
  return readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(PACKAGES, name, 'src', path));
}

function packagesImportedBy(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import) '@swe-selfplay\/([a-z-]+)(?:\/[^']*)?'/g)].map((match) => match[1]!);
}

test('every package is in the picture', () => {
  expect(readdirSync(PACKAGES).sort()).toEqual(Object.keys(ALLOWED).sort());
});

test.each(Object.keys(ALLOWED))('%s imports only packages below it', (name) => {
  const isTest = (file: string) => file.endsWith('.test.ts');
  const imported = sourcesOf(name)
    .filter((file) => !isTest(file))
    .flatMap(packagesImportedBy);
  expect([...new Set(imported)].filter((other) => !ALLOWED[name]!.includes(other))).toEqual([]);
});

test.each(Object.keys(ALLOWED))('%s declares just the packages that it imports', (name) => {
  const manifest = JSON.parse(readFileSync(join(PACKAGES, name, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const declared = Object.keys(manifest.dependencies ?? {}).filter((dependency) =>
    dependency.startsWith('@swe-selfplay/'),
  );
  const imported = sourcesOf(name)
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap(packagesImportedBy)
    .map((other) => `@swe-selfplay/${other}`);
  expect(declared.sort()).toEqual([...new Set(imported)].sort());
});

test('the checks see evidence and nothing that runs', () => {
  const checks = sourcesOf('injector').filter((file) => file.includes('/checks/') && !file.endsWith('.test.ts'));
  expect(checks.filter((file) => /\/checks\/\d-/.test(file))).toHaveLength(9);
  const imported = new Set(checks.flatMap(packagesImportedBy));
  expect([...imported].filter((name) => !['artifact', 'evaluation'].includes(name))).toEqual([]);
});

test('no source file is longer than 300 lines', () => {
  const long = Object.keys(ALLOWED)
    .flatMap(sourcesOf)
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => readFileSync(file, 'utf8').split('\n').length > 301);
  expect(long).toEqual([]);
});
