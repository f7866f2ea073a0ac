import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePackage } from '../../../test-support/compile-package.js';
import { findTestEngine } from '../../../test-support/container-engine.js';
import { describe as describeSandbox, EXAMPLE_TREE, textOf } from '../../conformance/conformance-case.js';
import { CONFORMANCE_CASES } from '../../conformance.js';
import { type SandboxProvider, withSandbox } from '../../sandbox.js';
import { connectEngine } from './connect-engine.js';
import { createContainerProvider } from './container-provider.js';
import { removeContainer } from './room.js';

const search = await findTestEngine();
const directory = mkdtempSync(join(tmpdir(), 'sandbox-container-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const skipped = search.status === 'absent' ? `SKIPPED: containers are not tested: ${search.reason}` : undefined;
if (skipped !== undefined) console.warn(skipped);

/** What holds in other words here, and is tested below: these cases name places of namespaces that we make ourselves. */
const OTHERWISE = new Map([
  ["shows nothing of the host's files", 'an image has directories of its own'],
  [
    'shows nothing around a uniform workspace that depends on what was changed',
    "images lie on the host's disk, and what is free there is shown",
  ],
  ['leaves terminals and file watchers for the commands of others', 'bounded by user, and each workspace has its own'],
  ['lets only the workspace, the home and temporary places be written', 'an image has directories of its own'],
  ['refuses new namespaces and mounts', 'refused by a filter of system calls, not by a setting of the kernel'],
  [
    'shows hidden files and directories empty and read-only, and ignores missing ones',
    'engines write accounts of their own',
  ],
]);

/** Enough to see each promise kept. `SWE_SELFPLAY_CONTAINERS=all` tests all, which takes minutes. */
const CORE =
  /exit codes|death by signal|streams apart|merges|hands over input|clean environment|harness files beside|after close|base out|lays changes over|new, changed, deleted|no difference between|whatever it ignores|told to|writes too much|daemons with the command|fork bomb|one process that takes|bounds what is written|writes to a process|processes and commands|own processes|no network|localhost|ordinary user|refuses privileges|kills all it can|forge|ran alone/;
const isComplete = process.env.SWE_SELFPLAY_CONTAINERS === 'all';

describe.skipIf(search.status === 'absent')(skipped ?? 'containers', () => {
  const engine = search.status === 'found' ? search.engine : undefined!;
  let provider: SandboxProvider;
  beforeAll(async () => {
    provider = await createContainerProvider({ image: engine.image, host: engine.host });
  }, 120_000);
  afterAll(async () => {
    await provider?.close();
    await engine.close();
  });

  for (const { title, run, findLack } of CONFORMANCE_CASES) {
    if (!isComplete && !CORE.test(title)) continue;
    test(title, ({ skip }) => {
      const lack = OTHERWISE.get(title) ?? findLack?.(provider);
      return lack === undefined ? run(provider) : skip(lack);
    });
  }

  const request = { base: EXAMPLE_TREE, changes: new Map() };

  test('keeps the host, other workspaces and the engine out of sight', async () => {
    const secret = randomUUID();
    const neighbour = await provider.open(request);
    await neighbour.writeFile(`of-neighbour-${secret}`, Buffer.from(secret));
    await withSandbox(provider, request, async (sandbox) => {
      const { text } = describeSandbox(sandbox);
      expect(await text(`find / -name '*${secret}*' 2>/dev/null`)).toBe('');
      expect(await text('ls -A /tmp; ls -A /dev/shm')).toBe('');
      expect(await text('find / -xdev -type s 2>/dev/null')).toBe('');
      expect(await text('hostname')).toBe('sandbox');
    });
    await neighbour.close();
  });

  test('lets nothing of the image be written', async () => {
    await withSandbox(provider, request, async (sandbox) => {
      const { text } = describeSandbox(sandbox);
      const places = await text(
        'find / -path /proc -prune -o -path /workspace -prune -o -type d -writable -print 2>/dev/null',
      );
      expect(places.split('\n').sort()).toEqual(['/dev/mqueue', '/dev/shm', '/home/sandbox', '/tmp']);
    });
  });

  test('refuses new namespaces and mounts by a filter', async () => {
    await withSandbox(provider, request, async (sandbox) => {
      const { sh } = describeSandbox(sandbox);
      for (const kind of ['--user', '--mount', '--pid --fork', '--net', '--ipc', '--uts', '--cgroup']) {
        expect((await sh(`unshare ${kind} true`)).exitCode, kind).not.toBe(0);
      }
      for (const line of ['mount -t tmpfs x /tmp', 'umount -l /workspace', 'nsenter -t 1 -m true']) {
        expect((await sh(line)).exitCode, line).not.toBe(0);
      }
    });
  });

  test('hides files and directories of the image, also those that a link leads to', async () => {
    const find = 'import json, os, this; print(os.path.dirname(json.__file__)); print(this.__file__)';
    const [directory = '', file = ''] = await withSandbox(provider, request, async (sandbox) =>
      textOf((await sandbox.run({ argv: ['python3', '-c', find] })).stdout)
        .trimEnd()
        .split('\n')
        .slice(-2),
    );
    await withSandbox(
      provider,
      { ...request, hidden: [directory, file, '/no/such/place', '/bin/yes'] },
      async (sandbox) => {
        const { sh, text } = describeSandbox(sandbox);
        expect(await text(`ls -A ${directory}; cat ${file} /usr/bin/yes`)).toBe('');
        expect(await text(`ls -d ${directory} ${file}`)).toBe(`${directory}\n${file}`);
        expect((await sh(`echo x > ${file}`)).exitCode).not.toBe(0);
      },
    );
  });

  test('dies with the program that opened it, even killed, and the next one clears away what is left', async () => {
    const program = join(directory, 'program.mjs');
    writeFileSync(
      program,
      `import { createContainerProvider } from ${JSON.stringify(compilePackage(directory, 'index.js'))};
       const provider = await createContainerProvider(${JSON.stringify({ image: engine.image, host: engine.host })});
       const sandbox = await provider.open({ base: undefined, changes: new Map() });
       sandbox.run({ argv: ['sh', '-c', 'setsid sleep 1000 & sleep 1000'] });
       setTimeout(() => console.log('running'), 1500);`,
    );
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => child.once('exit', reject).stdout.once('data', resolve));
    expect(await listOwned(child.pid!)).not.toEqual({ containers: 0, volumes: 0 });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const next = await createContainerProvider({ image: engine.image, host: engine.host });
    await next.close();
    expect(await listOwned(child.pid!)).toEqual({ containers: 0, volumes: 0 });
  });

  test('says that it failed when its containers are gone, and not that files are', async () => {
    const sandbox = await provider.open(request);
    await sandbox.readFile('README.md');
    const client = await connectEngine(engine.host);
    const query = { all: true, filters: JSON.stringify({ label: ['swe-selfplay.owner'] }) };
    const containers = await client.request<{ Id: string; Labels: Record<string, string> }[]>(
      'GET',
      '/containers/json',
      { query },
    );
    const own = containers.filter(({ Labels }) => Labels['swe-selfplay.owner']?.endsWith(` ${process.pid}`));
    await Promise.all(own.map(({ Id }) => removeContainer(client, Id)));
    client.close();
    for (const action of [
      () => sandbox.run({ argv: ['true'] }),
      () => sandbox.readFile('README.md'),
      () => sandbox.changedFiles(),
      () => sandbox.run({ argv: ['true'] }),
    ])
      await expect(action()).rejects.toMatchObject({ code: 'sandbox-failed' });
    await sandbox.close();
  });

  test('leaves no container and no volume behind', async () => {
    const own = await createContainerProvider({ image: engine.image, host: engine.host });
    await own.runAlone({}, () => ({ argv: ['true'] }));
    const sandbox = await own.open(request);
    const running = sandbox
      .run({ argv: ['sh', '-c', 'setsid sleep 1000 & sleep 1000'] })
      .catch((error: unknown) => error);
    const before = await listOwned(process.pid);
    await own.close();
    expect(await running).toMatchObject({ code: 'sandbox-closed' });
    const after = await listOwned(process.pid);
    expect(after.containers).toBeLessThan(before.containers);
    await provider.close();
    expect(await listOwned(process.pid)).toEqual({ containers: 0, volumes: 0 });
  });

  /** What a process has in the engine, by its labels. */
  async function listOwned(processId: number): Promise<{ containers: number; volumes: number }> {
    const client = await connectEngine(engine.host);
    const isOwned = ({ Labels }: { Labels?: Record<string, string> | null }) =>
      Labels?.['swe-selfplay.owner']?.endsWith(` ${processId}`) === true;
    const containers = await client.request<{ Labels: Record<string, string> }[]>('GET', '/containers/json', {
      query: { all: true },
    });
    const { Volumes } = await client.request<{ Volumes: { Labels: Record<string, string> }[] | null }>(
      'GET',
      '/volumes',
    );
    client.close();
    return { containers: containers.filter(isOwned).length, volumes: (Volumes ?? []).filter(isOwned).length };
  }
});
