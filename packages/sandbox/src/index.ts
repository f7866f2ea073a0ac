export { createSandboxProvider, type SandboxProviderOptions } from './create-sandbox-provider.js';
export {
  type Command,
  type CommandResult,
  DEFAULT_LIMITS,
  type Limits,
  type Sandbox,
  type SandboxProcess,
  type SandboxProvider,
  type TreeFile,
  type TreeSource,
  type WorkspaceRequest,
  withSandbox,
} from './sandbox.js';
export { SandboxError, type SandboxErrorCode } from './sandbox-error.js';
export { type ContainerOptions, createContainerProvider } from './sandboxes/container/container-provider.js';
export {
  type ExtractedDirectory,
  extractImageDirectory,
} from './sandboxes/container/extract-image-directory.js';
export { createNamespacesProvider, type NamespacesOptions } from './sandboxes/namespaces.js';
export { createProcessProvider, type ProcessProviderOptions } from './sandboxes/process.js';
export { detectToolchain, type Toolchain } from './toolchain.js';
