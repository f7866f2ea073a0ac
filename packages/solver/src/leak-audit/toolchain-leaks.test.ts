import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUGGY_MONEY, made } from '../../test-support/plant.js';
import { CART, MONEY, sampleTask } from '../../test-support/sample-project.js';
import { auditLeaks } from './audit-leaks.js';

let provider: SandboxProvider;
let environment: string;
let directories: readonly string[];
let cacheDirectory: string;

const place = (path: string) => join(directories[0]!, 'python3/site-packages', path);

/** A virtual environment in which the shop is installed in copy, beside packages that have nothing to do with it. */
beforeAll(async () => {
  environment = realpathSync(mkdtempSync(join(tmpdir(), 'leaky-environment-')));
  chmodSync(environment, 0o755);
  execFileSync('python3', ['-m', 'venv', '--without-pip', environment]);
  directories = [join(environment, 'lib')];
  cacheDirectory = join(environment, 'cache');
  const installed: Record<string, string> = {
    'shop/__init__.py': '',
    'shop/money.py': MONEY,
    'shop/cart.py': CART,
    'shop-1.0.dist-info/RECORD': 'shop/money.py,,\nshop/cart.py,,\n',
    // The function alone, in a file of another name and with other text.
    'till/_vendor/dealing.py': `import os\n\n\n${MONEY.slice(MONEY.indexOf('def split_evenly'))}\n\nLIMIT = 3\n`,
    // What is not it: an equal name, and the text that the solver has anyway.
    'bank/money.py': 'def split_evenly(cents, parts):\n    """Not ours."""\n    return cents // parts\n',
    'bank/cents.py': BUGGY_MONEY,
  };
  for (const [path, text] of Object.entries(installed)) {
    mkdirSync(dirname(place(path)), { recursive: true });
    writeFileSync(place(path), text);
  }
  execFileSync('python3', ['-I', '-m', 'compileall', '-q', place('shop'), place('bank')]);
  // A checkout that pip left beside the packages, of which only a packed object is left, and a wheel.
  const kept = made(
    { 'money.py': MONEY },
    `git init -q --bare src.git && git -C src.git hash-object -w --stdin < money.py | git -C src.git pack-objects -q objects/pack/pack
     rm -rf src.git/hooks src.git/objects/??; python3 -I -c 'import zipfile; zipfile.ZipFile("shop.whl", "w", 8).write("money.py")'`,
    ['src.git/', 'shop.whl'],
  );
  for (const [path, content] of Object.entries(kept)) {
    mkdirSync(dirname(join(environment, 'lib/kept', path)), { recursive: true });
    writeFileSync(join(environment, 'lib/kept', path), content);
  }
  provider = await createSandboxProvider({ backend: 'auto', python: join(environment, 'bin/python3') });
});
afterAll(async () => {
  await provider.close();
  rmSync(environment, { recursive: true, force: true });
});

test('finds a copy that is installed with the interpreter, its bytecode, and its function elsewhere', async () => {
  const task = await sampleTask();
  const audit = await auditLeaks(task, provider, { onLeak: 'scrub', directories, cacheDirectory });
  const [wheel, store] = ['shop.whl', 'src.git/objects'].map((path) => join(environment, 'lib/kept', path));
  expect(audit.findings.map(({ path, kind, isLeak }) => [path, kind, isLeak])).toEqual([
    [wheel, 'archive', true],
    [store, 'git-object', true],
    [expect.stringMatching(/shop\/__pycache__\/money\..*\.pyc$/), 'installed-copy', true],
    [place('shop/money.py'), 'installed-copy', true],
    [place('till/_vendor/dealing.py'), 'installed-copy', true],
  ]);
  expect(audit.findings[3]!.remedy).toContain('pip install -e');
  expect(audit.searched.listed).toBeGreaterThan(10);
  expect(audit.task.view.hiddenPaths).toEqual([wheel, store, place('shop'), place('till/_vendor/dealing.py')]);
  expect(audit).toMatchObject({ status: 'scrubbed', remaining: [] });
  expect(readdirSync(cacheDirectory)).toHaveLength(1);

  const again = await auditLeaks(audit.task, provider, { onLeak: 'refuse', directories, cacheDirectory });
  expect(again).toMatchObject({ status: 'clean', findings: [] });
  expect(again.toolchainMs).toBeLessThan(audit.toolchainMs);
});

test('by names alone finds what is named like a changed file; the workspace alone does not look', async () => {
  const task = await sampleTask();
  const named = await auditLeaks(task, provider, { onLeak: 'report', scope: 'names', directories });
  expect(named.findings.map(({ path }) => path)).toEqual([
    join(environment, 'lib/kept/src.git/objects'),
    expect.stringMatching(/shop\/__pycache__\/money\..*\.pyc$/),
    place('shop/money.py'),
  ]);
  const inside = await auditLeaks(task, provider, { onLeak: 'report', scope: 'workspace' });
  expect(inside).toMatchObject({ status: 'clean', findings: [] });
});

test('an installed copy of another state is told, and is no leak', async () => {
  writeFileSync(place('shop/money.py'), BUGGY_MONEY.replace('"""Amounts in cents."""', '"""Amounts, version 0.9."""'));
  execFileSync('python3', ['-I', '-m', 'compileall', '-q', '-f', place('shop')]);
  for (const path of [place('till'), join(environment, 'lib/kept')]) rmSync(path, { recursive: true });
  const later = await createSandboxProvider({ backend: 'auto', python: join(environment, 'bin/python3') });
  try {
    const audit = await auditLeaks(await sampleTask(), later, { onLeak: 'refuse', directories, cacheDirectory });
    expect(audit.findings).toMatchObject([{ path: place('shop/money.py'), kind: 'installed-copy', isLeak: false }]);
    expect(audit.status).toBe('clean');
    expect(readdirSync(cacheDirectory)).toHaveLength(2);
  } finally {
    await later.close();
  }
});
