import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTestEngine } from '../../../test-support/container-engine.js';
import { describe as describeSandbox, EXAMPLE_TREE, textOf } from '../../conformance/conformance-case.js';
import { CONFORMANCE_CASES } from '../../conformance.js';
import { type SandboxProvider, withSandbox } from '../../sandbox.js';
import { createContainerProvider } from './container-provider.js';

const search = await findTestEngine();
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
});
