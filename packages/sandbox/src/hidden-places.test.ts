import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveHidden } from './hidden-places.js';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'hidden-places-')));
const real = join(directory, 'real');
const alias = join(directory, 'alias');
const host = { directories: [real, alias], skeleton: join(directory, 'skeleton') };
afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeAll(() => {
  mkdirSync(join(real, 'packages/copy'), { recursive: true });
  mkdirSync(join(directory, 'elsewhere'));
  mkdirSync(join(host.skeleton, 'etc'), { recursive: true });
  writeFileSync(join(host.skeleton, 'etc/passwd'), '');
  writeFileSync(join(real, 'packages/copy/code.py'), '');
  writeFileSync(join(real, 'packages/one.py'), '');
  symlinkSync(real, alias);
  symlinkSync('packages/one.py', join(real, 'link.py'));
});

test('hides content wherever it is shown, by whatever name it is asked for', () => {
  const places = [real, alias].map((root) => ({ path: join(root, 'packages/one.py'), isDirectory: false }));
  for (const path of [join(real, 'packages/one.py'), join(alias, 'packages/one.py'), join(alias, 'link.py')]) {
    expect(resolveHidden([path], host)).toEqual(places);
  }
});

test('hides a directory once, and what lies in it with it', () => {
  const paths = [
    join(real, 'packages/copy/code.py'),
    join(real, 'packages/copy'),
    `${real}/packages/../packages/copy/`,
  ];
  const places = [real, alias].map((root) => ({ path: join(root, 'packages/copy'), isDirectory: true }));
  expect(resolveHidden(paths, host)).toEqual(places);
});

test('hides copies of host files, and nothing that is not shown', () => {
  expect(resolveHidden(['/etc/passwd'], host)).toEqual([{ path: '/etc/passwd', isDirectory: false }]);
  expect(resolveHidden([join(directory, 'elsewhere'), '/etc/shadow', join(real, 'missing')], host)).toEqual([]);
});

test('refuses to hide all that commands need, or the workspace', () => {
  for (const path of [real, alias, directory, '/', '/workspace/x', 'relative', '', `${real}/\0`]) {
    expect(() => resolveHidden([path], host), path).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  }
});
