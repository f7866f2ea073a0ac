import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTestEngine } from '../../../test-support/container-engine.js';
import { CONFORMANCE_CASES } from '../../conformance.js';
import type { SandboxProvider } from '../../sandbox.js';
import { createContainerProvider } from './container-provider.js';

const search = await findTestEngine();
if (search.status === 'absent') console.warn(`SKIPPED: the container backend is not tested: ${search.reason}`);

describe.skipIf(search.status === 'absent')('containers', () => {
  const engine = search.status === 'found' ? search.engine : undefined!;
  let provider: SandboxProvider;
  beforeAll(async () => {
    provider = await createContainerProvider({ image: engine.image, host: engine.host });
  });
  afterAll(async () => {
    await provider?.close();
    await engine.close();
  });
  for (const { title, run } of CONFORMANCE_CASES) test(title, () => run(provider));
});
