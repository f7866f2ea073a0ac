import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONFORMANCE_CASES } from './conformance.js';
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

describe.each(Object.keys(providers))('%s', (name) => {
  let provider: SandboxProvider;
  beforeAll(async () => {
    provider = await providers[name]!();
  });
  afterAll(async () => {
    await provider.close();
    expect(readdirSync(directory).filter((entry) => entry.startsWith('swe-selfplay-'))).toEqual([]);
  });

  const cases = CONFORMANCE_CASES.filter((entry) => name !== 'process' || !entry.isolationOnly);
  test.each(cases)('$title', (entry) => entry.run(provider));
});
