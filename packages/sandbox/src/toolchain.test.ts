import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { textOf } from './conformance/conformance-case.js';
import { withSandbox } from './sandbox.js';
import { createNamespacesProvider } from './sandboxes/namespaces.js';
import { detectToolchain } from './toolchain.js';

const directory = mkdtempSync(join(tmpdir(), 'toolchain-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('finds the interpreter itself behind a shim', () => {
  const shim = join(directory, 'shim');
  writeFileSync(shim, '#!/bin/sh\nexec python3 "$@"\n');
  chmodSync(shim, 0o755);
  const direct = detectToolchain();
  expect(detectToolchain({ python: shim })).toEqual(direct);
  expect(direct.python).toMatch(/^\/.*python/);
});

test('shows no whole home and nothing of the system twice', () => {
  for (const path of detectToolchain().directories) {
    expect(path).not.toBe(homedir());
    expect(path).toMatch(/^\/[^/]+\/./);
    expect(path).not.toMatch(/^\/usr\//);
  }
});

test('works without an interpreter', async () => {
  const toolchain = detectToolchain({ python: join(directory, 'none') });
  expect(toolchain).toMatchObject({ python: undefined, directories: [], path: ['/usr/local/bin', '/usr/bin', '/bin'] });
});

test('runs a virtual environment at its own place, and its identity changes with what is installed', async () => {
  const environment = join(directory, 'environment with space');
  execFileSync('python3', ['-m', 'venv', '--without-pip', environment]);
  const python = join(environment, 'bin/python3');
  const before = detectToolchain({ python });
  const packages = execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    encoding: 'utf8',
  }).trim();
  mkdirSync(join(packages, 'installed_here'));
  writeFileSync(join(packages, 'installed_here/__init__.py'), 'ANSWER = 42\n');
  expect(detectToolchain({ python }).id).not.toBe(before.id);

  const provider = await createNamespacesProvider({ cacheDirectory: join(directory, 'cache'), python });
  const line = 'import installed_here, sys; print(installed_here.ANSWER, sys.prefix)';
  const result = await withSandbox(provider, { base: undefined, changes: new Map() }, (sandbox) =>
    sandbox.run({ argv: ['sh', '-c', `python3 -c '${line}'; touch "${packages}/x" || ls -A /tmp`] }),
  );
  await provider.close();
  expect(textOf(result.stderr)).toMatch(/Read-only file system/);
  expect(textOf(result.stdout)).toBe(`42 ${environment}\n${directory.split('/').at(-1)}\n`);
});
