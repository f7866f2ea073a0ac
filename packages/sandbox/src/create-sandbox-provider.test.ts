import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compilePackage } from '../test-support/compile-package.js';
import { createSandboxProvider } from './create-sandbox-provider.js';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-provider-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('isolates unless it is told otherwise', async () => {
  const provider = await createSandboxProvider({ cacheDirectory: directory });
  expect(provider.name).toBe('namespaces');
  expect(provider.guarantees.join('\n')).toMatch(/network: none/);
  await provider.close();
});

test('warns once that the process backend isolates nothing', async () => {
  const lines: string[] = [];
  const provider = await createSandboxProvider({ backend: 'process', warn: (line) => lines.push(line) });
  const sandbox = await provider.open({ base: undefined, changes: new Map() });
  await sandbox.run({ argv: ['true'] });
  const hiding = provider.open({ base: undefined, changes: new Map(), hidden: ['/usr/share'] });
  await expect(hiding).rejects.toMatchObject({ code: 'invalid-request' });
  await provider.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/isolates nothing/);
  expect(provider.guarantees[0]).toMatch(/nothing is isolated/);
});

test('says what is missing where the host cannot isolate, and does not fall back', () => {
  // A host without user namespaces, made of one that has them: below this one, none can be made.
  const host = ['--user', '--map-user=1000', '--map-group=1000', '--keep-caps', '--', 'sh', '-c'];
  const line = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all -- "$@"';
  const program = `
    import { probeIsolation } from ${JSON.stringify(compilePackage(directory, 'sandboxes/probe-isolation.js'))};
    await probeIsolation(70001).then((mode) => console.log('isolates', mode), (error) => console.log(error.code, error.message));`;
  const node = [process.execPath, '--input-type=module', '-e', program];
  const output = execFileSync('unshare', [...host, line, 'sh', ...node], { encoding: 'utf8' });
  expect(output).toMatch(/^isolation-unavailable This host cannot isolate: user namespaces cannot be made/);
  expect(output).toMatch(/max_user_namespaces is 0/);
  expect(output).toMatch(/Enable user namespaces, run as root.*--sandbox process.*isolates nothing/);
});
