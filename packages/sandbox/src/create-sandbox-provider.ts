import type { SandboxProvider } from './sandbox.js';
import { createNamespacesProvider, type NamespacesOptions } from './sandboxes/namespaces.js';
import { createProcessProvider, type ProcessProviderOptions } from './sandboxes/process.js';

export interface SandboxProviderOptions extends NamespacesOptions, ProcessProviderOptions {
  /** `auto` isolates or fails: it never falls back to `process`, which has to be asked for by name. Default `auto`. */
  readonly backend?: 'auto' | 'namespaces' | 'process';
}

/** The provider of a backend. Throws SandboxError `isolation-unavailable` where the host cannot isolate. */
export async function createSandboxProvider(options: SandboxProviderOptions = {}): Promise<SandboxProvider> {
  if (options.backend === 'process') return createProcessProvider(options);
  return createNamespacesProvider(options);
}
