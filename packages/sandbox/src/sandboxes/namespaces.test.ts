import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { compilePackage } from '../../test-support/compile-package.js';
import { aFile, aTree, EXAMPLE_TREE, textOf } from '../conformance/conformance-case.js';
import { withSandbox } from '../sandbox.js';
import { createNamespacesProvider } from './namespaces.js';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-namespaces-'));
const cacheDirectory = join(directory, 'cache');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Processes on this host whose command line has `marker`. */
function processesWith(marker: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(marker);
    } catch {
      return false;
    }
  });
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !condition(); attempt++) await sleep(50);
  expect(condition()).toBe(true);
}

describe('a workspace', () => {
  test('leaves no process, mount or control group behind', async () => {
    const provider = await createNamespacesProvider({ cacheDirectory });
    const sandboxes = await Promise.all(
      [false, true, true].map((isUniform) => provider.open({ base: EXAMPLE_TREE, changes: new Map(), isUniform })),
    );
    await Promise.all(
      sandboxes.map((sandbox) => sandbox.run({ argv: ['sh', '-c', 'setsid sleep 98765.25 & sleep 0.1'] })),
    );
    const open = sandboxes[0]!.run({ argv: ['sleep', '98765.25'] }).catch((error: unknown) => error);
    await sleep(200);
    await provider.close();
    expect(await open).toMatchObject({ code: 'sandbox-closed' });
    expect(processesWith('98765.25')).toEqual([]);
    expect(processesWith(cacheDirectory)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(cacheDirectory);
    expect(ownCgroups(process.pid)).toEqual([]);
    await expect(provider.open({ base: undefined, changes: new Map() })).rejects.toMatchObject({
      code: 'sandbox-closed',
    });
  });

  test('dies with the program that opened it, even killed', async () => {
    const program = join(directory, 'program.mjs');
    writeFileSync(
      program,
      `import { createNamespacesProvider } from ${JSON.stringify(compilePackage(directory, 'index.js'))};
       const provider = await createNamespacesProvider({ cacheDirectory: ${JSON.stringify(cacheDirectory)} });
       const sandbox = await provider.open({ base: undefined, changes: new Map(), isUniform: true });
       sandbox.run({ argv: ['sh', '-c', 'setsid sh -c "trap true TERM HUP INT; sleep 87654.25 & sleep 87654.25" & sleep 87654.25'] });
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [program], { stdio: 'inherit' });
    await waitUntil(() => processesWith('87654.25').length >= 4);
    child.kill('SIGKILL');
    await waitUntil(() => processesWith('87654.25').length === 0);
    const next = await createNamespacesProvider({ cacheDirectory });
    await next.close();
    expect(ownCgroups(child.pid!)).toEqual([]);
  });

  test('does not get what our parent left open', async () => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'secret');
    const program = join(directory, 'inherits.mjs');
    writeFileSync(
      program,
      `import { createNamespacesProvider } from ${JSON.stringify(compilePackage(directory, 'index.js'))};
       const provider = await createNamespacesProvider({ cacheDirectory: ${JSON.stringify(cacheDirectory)} });
       const sandbox = await provider.open({ base: undefined, changes: new Map() });
       const result = await sandbox.run({ argv: ['sh', '-c', 'cat /proc/self/fd/77; cat <&9; ls -l /proc/self/fd'] });
       process.stdout.write(result.stdout);
       await provider.close();`,
    );
    const line = 'exec 77<"$1" 9<"$1"; exec "$2" "$3"';
    const output = execFileSync('bash', ['-c', line, 'bash', secret, process.execPath, program], { encoding: 'utf8' });
    expect(output).not.toContain('secret');
  });

  test('is made of a base that is laid out again when it was damaged', async () => {
    const base = aTree({ 'a.txt': aFile('right\n'), 'd/b.txt': aFile('b\n') });
    const read = async () => {
      const provider = await createNamespacesProvider({ cacheDirectory });
      const output = await withSandbox(provider, { base, changes: new Map() }, (sandbox) =>
        sandbox.run({ argv: ['sh', '-c', 'cat a.txt d/b.txt'] }),
      );
      await provider.close();
      return textOf(output.stdout);
    };
    expect(await read()).toBe('right\nb\n');
    for (const name of readdirSync(join(cacheDirectory, 'bases'))) {
      const file = join(cacheDirectory, 'bases', name, 'tree/a.txt');
      if (existsSync(file)) writeFileSync(file, 'wrong\n');
    }
    mkdirSync(
      join(cacheDirectory, 'bases', `.making-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0]}-999999999-left`),
    );
    expect(await read()).toBe('right\nb\n');
    for (const name of readdirSync(join(cacheDirectory, 'bases'))) {
      rmSync(join(cacheDirectory, 'bases', name, 'tree/d'), { recursive: true, force: true });
    }
    expect(await read()).toBe('right\nb\n');
  });

  test('shares one base between providers that lay it out at once', async () => {
    const base = aTree(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i % 7}/f${i}`, aFile(`${i}`)])));
    const providers = await Promise.all([1, 2, 3].map(() => createNamespacesProvider({ cacheDirectory })));
    const outputs = await Promise.all(
      providers.map((provider) =>
        withSandbox(provider, { base, changes: new Map() }, async (sandbox) => {
          expect((await sandbox.changedFiles()).size).toBe(0);
          return textOf((await sandbox.run({ argv: ['sh', '-c', 'find . -type f | wc -l'] })).stdout);
        }),
      ),
    );
    expect(outputs).toEqual(['300\n', '300\n', '300\n']);
    await Promise.all(providers.map((provider) => provider.close()));
    expect(readdirSync(join(cacheDirectory, 'bases')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('says that it failed when its holder is gone, and not that the command did', async () => {
    const provider = await createNamespacesProvider({ cacheDirectory });
    const sandbox = await provider.open({ base: undefined, changes: new Map() });
    for (const id of processesWith(cacheDirectory)) process.kill(Number(id), 'SIGKILL');
    await expect(sandbox.run({ argv: ['true'] })).rejects.toMatchObject({ code: 'sandbox-failed' });
    await provider.close();
  });
});

function ownCgroups(processId: number): string[] {
  const groups = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return ['memory', 'pids'].flatMap((controller) => {
    const own = groups.find((fields) => fields[1] === controller)?.[2];
    const path = join('/sys/fs/cgroup', controller, own ?? '/');
    return existsSync(path) ? readdirSync(path).filter((name) => name.startsWith(`swe-selfplay-${processId}-`)) : [];
  });
}
