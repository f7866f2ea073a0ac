import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONFORMANCE_CASES, type ConformanceCase } from './conformance.js';
import { listDescendants } from './process-tree.js';
import type { SandboxProvider } from './sandbox.js';
import { createNamespacesProvider } from './sandboxes/namespaces.js';
import { createProcessProvider } from './sandboxes/process.js';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-conformance-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const providers: Record<string, () => Promise<SandboxProvider>> = {
  namespaces: () => createNamespacesProvider({ cacheDirectory: join(directory, 'with : and , and space') }),
  'namespaces without control groups': () =>
    createNamespacesProvider({ cacheDirectory: join(directory, 'cache'), useCgroups: false }),
  process: async () => createProcessProvider({ temporaryDirectory: directory, warn: () => {} }),
};

function nameOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Groups of others come and go meanwhile, of which find complains. */
function listOwnCgroups(): string {
  const find = spawnSync('find', ['/sys/fs/cgroup', '-name', `swe-selfplay-${process.pid}-*`], { encoding: 'utf8' });
  return find.stdout;
}

/** Without control groups, only what they would do is different. */
function isFor(name: string, entry: ConformanceCase): boolean {
  if (name === 'process') return !entry.isolationOnly;
  return name === 'namespaces' || /memory|fork bomb|exit codes|at once/.test(entry.title);
}

describe.each(Object.keys(providers))('%s', (name) => {
  let provider: SandboxProvider;
  beforeAll(async () => {
    provider = await providers[name]!();
  });
  afterAll(async () => {
    await provider.close();
    expect(readdirSync(directory).filter((entry) => entry.startsWith('swe-selfplay-'))).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
    expect(listDescendants(process.pid).map(nameOf)).not.toContainEqual(
      expect.stringMatching(/^(unshare|nsenter|sh|sleep|python\d?.*|perl|cat|head)$/),
    );
    expect(listOwnCgroups()).toBe('');
  });

  const cases = CONFORMANCE_CASES.filter((entry) => isFor(name, entry));
  for (const { title, run, findLack } of cases) {
    test(title, ({ skip }) => {
      const lack = findLack?.(provider);
      return lack === undefined ? run(provider) : skip(lack);
    });
  }
});
