import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const scripts = fileURLToPath(new URL('../scripts', import.meta.url));

let place: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'bootstrap-test-'));
});

afterEach(async () => {
  await rm(place, { recursive: true, force: true });
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return spawnSync(process.execPath, args, { cwd: place, env, encoding: 'utf8', timeout: 30_000 });
}

test('an unknown command is wrong usage, said on stderr', () => {
  const result = run([join(scripts, 'bootstrap.mjs'), 'dance']);
  expect(result).toMatchObject({ status: 2, stdout: '' });
  expect(result.stderr).toBe('error: Expected one of start, test, build, got dance.\n');
});

test('a machine without python3 is told so before anything is installed', async () => {
  const result = run([join(scripts, 'bootstrap.mjs'), 'start'], { ...process.env, PATH: place });
  expect(result).toMatchObject({ status: 1, stdout: '' });
  expect(result.stderr).toMatch(/^error: Expected a python3 \(3\.9 or newer\) on the PATH/);
});

test('an old python3 is refused with its version', async () => {
  await writeFile(join(place, 'python3'), '#!/bin/sh\necho 3 6\n', { mode: 0o755 });
  const result = run([join(scripts, 'bootstrap.mjs'), 'test'], { ...process.env, PATH: place });
  expect(result.stderr).toBe('error: Expected python3 3.9 or newer, got 3.6.\n');
});

test('a Node older than package.json asks for is refused with both versions', async () => {
  await writeFile(join(place, 'package.json'), JSON.stringify({ engines: { node: '>=999.1' } }));
  const { requireNode } = await import(pathToFileURL(join(scripts, 'required-programs.mjs')).href);
  expect(() => requireNode(place)).toThrow(`Expected Node 999.1 or newer, got ${process.versions.node}`);
});

test('an unreachable registry is named as the cause, and a later install is not taken for done', async () => {
  await mkdir(join(place, 'packages/one'), { recursive: true });
  await mkdir(join(place, 'bin'));
  await mkdir(join(place, 'node_modules'));
  await symlink(process.execPath, join(place, 'bin/node'));
  const manifest = { packageManager: 'pnpm@10.34.8' };
  await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(place, 'packages/one/package.json'), '{}');
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) await writeFile(join(place, name), '');
  const script = join(place, 'install.mjs');
  const module = JSON.stringify(pathToFileURL(join(scripts, 'install-dependencies.mjs')).href);
  await writeFile(
    script,
    `import { installDependencies } from ${module};\n` +
      `await installDependencies(${JSON.stringify(place)}).catch((error) => { console.error(error.message); process.exitCode = 1; });\n`,
  );
  const env = { ...process.env, PATH: `${join(place, 'bin')}:/usr/bin:/bin` };
  await writePnpm('echo "WARN GET http://registry.invalid/x error (ENOTFOUND). Will retry in 2 seconds."; exit 1');
  const offline = run([script], env);
  expect(offline.status).toBe(1);
  expect(offline.stderr).toContain('The package registry could not be reached');
  expect(offline.stderr).toContain('WARN GET http://registry.invalid/x error (ENOTFOUND).\n');

  await writePnpm('echo "$CI $NODE_ENV"; exit 0');
  expect(run([script], env)).toMatchObject({ status: 0, stderr: 'Installing dependencies with pnpm 10.34.8 ...\n' });
  expect(run([script], env)).toMatchObject({ status: 0, stderr: '' });
  await writeFile(join(place, 'packages/one/package.json'), '{"version":"2"}');
  expect(run([script], env).stderr).toBe('Installing dependencies with pnpm 10.34.8 ...\n');

  function writePnpm(body: string): Promise<void> {
    const text = `#!/bin/sh\nif [ "$1" = --version ]; then echo 10.34.8; exit 0; fi\n${body}\n`;
    return writeFile(join(place, 'bin/pnpm'), text, { mode: 0o755 });
  }
});
