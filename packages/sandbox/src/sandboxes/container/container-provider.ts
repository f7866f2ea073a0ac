import { homedir } from 'node:os';
import { join } from 'node:path';
import { digestContent } from '../../lay-out-tree.js';
import { DEFAULT_LIMITS, type SandboxProvider, type WorkspaceRequest } from '../../sandbox.js';
import { SandboxError } from '../../sandbox-error.js';
import { createBaseCache } from './base-cache.js';
import { connectEngine } from './connect-engine.js';
import type { ContainerSandbox } from './container-sandbox.js';
import type { EngineClient } from './engine-client.js';
import { createFreshWorkspaces, type FreshWorkspaces } from './fresh-workspaces.js';
import { describeHidden } from './hidden-paths.js';
import { type ContainerHost, openContainerWorkspace } from './open-workspace.js';
import { sweep } from './ownership.js';
import { probeContainer } from './probe-container.js';
import { inspectImage, prepareImage, type UserIds } from './sandbox-image.js';
import { stricterFilter } from './seccomp-profile.js';

export interface ContainerOptions {
  /** Name, tag or id of an image that the engine has; nothing is pulled. */
  readonly image: string;
  /** Absolute path where the repository lies in the image, and where commands see the workspace. Default: the image's own. */
  readonly workdir?: string;
  /** `unix:///path`, `tcp://host:port` or the path of a socket. Default: DOCKER_HOST, then the sockets of Docker and Podman. */
  readonly host?: string;
  /** Where what is read from images is kept; default `swe-selfplay` in the user's cache directory. */
  readonly cacheDirectory?: string;
}

interface EngineDescription {
  readonly version: string;
  readonly runtime: string;
  readonly users: UserIds;
}

/** No account of a usual host has these. Where root in containers is an ordinary user, only the first 65536 exist. */
const USERS: UserIds = { first: 70_000, count: 64 };
const ROOTLESS_USERS: UserIds = { first: 40_000, count: 64 };

/**
 * Workspaces in containers of an engine that speaks the Docker API (Docker, Podman), in an image that has the
 * dependencies. Throws SandboxError `isolation-unavailable` where no engine answers, the image is missing or a bound is
 * not in force, and `invalid-request` for a work dir that cannot be one.
 */
export async function createContainerProvider(options: ContainerOptions): Promise<SandboxProvider> {
  const engine = await connectEngine(options.host);
  const cacheDirectory =
    options.cacheDirectory ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swe-selfplay');
  const open = new Set<ContainerSandbox>();
  const opening = new Set<Promise<ContainerSandbox>>();
  let fresh: FreshWorkspaces | undefined;
  let isClosed = false;

  async function openWorkspace(host: ContainerHost, request: WorkspaceRequest): Promise<ContainerSandbox> {
    if (isClosed) throw new SandboxError('sandbox-closed', 'The sandbox provider is closed.');
    const limits = { ...DEFAULT_LIMITS, ...request.limits };
    const hidden = describeHidden(request.hidden ?? [], host.source.workdir);
    const pending = openContainerWorkspace(host, { ...request, hidden }, limits, (closed) => open.delete(closed));
    opening.add(pending);
    try {
      const sandbox = await pending;
      open.add(sandbox);
      return sandbox;
    } finally {
      opening.delete(pending);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    await fresh?.settle();
    await Promise.allSettled([...opening]);
    await Promise.all([...open].map((sandbox) => sandbox.close()));
    engine.close();
  }

  try {
    await sweep(engine);
    const { version, runtime, users } = await describeEngine(engine);
    const source = await inspectImage(engine, options.image, options.workdir);
    const images = new Map<string, Promise<string>>();
    const host: ContainerHost = {
      engine,
      source,
      users,
      bases: createBaseCache(),
      filter: await stricterFilter(engine, cacheDirectory),
      image(hidden) {
        const key = JSON.stringify(hidden);
        const known = images.get(key);
        if (known !== undefined) return known;
        const preparing = prepareImage(engine, source, users, hidden);
        images.set(key, preparing);
        preparing.catch(() => images.delete(key));
        return preparing;
      },
    };
    const canMakeNamespaces = await probeContainer((request) => openWorkspace(host, request), source.workdir);
    fresh = createFreshWorkspaces((request) => openWorkspace(host, request));
    return {
      name: 'container',
      guarantees: describeGuarantees(
        `${version}, runtime ${runtime}`,
        source.id,
        describeFilter(host, canMakeNamespaces),
      ),
      toolchainId: digestContent(JSON.stringify(['container', source.id, runtime])).slice(0, 32),
      open: (request) => openWorkspace(host, request),
      runAlone: fresh.run,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function describeEngine(engine: EngineClient): Promise<EngineDescription> {
  const info = await engine.request<{
    ServerVersion?: string;
    OperatingSystem?: string;
    OSType?: string;
    DefaultRuntime?: string;
    Rootless?: boolean;
    SecurityOptions?: readonly string[] | null;
  }>('GET', '/info');
  if (info.OSType !== undefined && info.OSType !== 'linux') {
    throw new SandboxError('isolation-unavailable', `Expected an engine for Linux containers, got ${info.OSType}.`);
  }
  const isRootless =
    info.Rootless === true || (info.SecurityOptions ?? []).some((option) => option.includes('rootless'));
  return {
    version: `${info.ServerVersion ?? 'unknown'}${isRootless ? ' without root' : ''}`,
    runtime: info.DefaultRuntime ?? 'unknown',
    users: isRootless ? ROOTLESS_USERS : USERS,
  };
}

/** What is in force, a line each; all of it was looked at from within when the provider was made. */
function describeGuarantees(engine: string, imageId: string, filter: string): string[] {
  return [
    `files: a container of ${imageId.slice(0, 19)} for every command (engine ${engine}); the workspace, /tmp, /dev/shm and the home directory are writable, the image read-only`,
    'network: none but the loopback device',
    `privileges: an ordinary user, no capabilities, no new privileges, ${filter}`,
    'processes: own process space for every command; a container is used again only where nothing is left in it; all end with the workspace and with this program',
    'memory: bounded by the control group of each container, files in memory included',
    'process number: bounded by the control group of each container',
    'disk: the workspace, /tmp and the home directory are file systems in memory, each of bounded size and file number',
    'time, output: counted here; what exceeds is killed',
  ];
}

function describeFilter({ filter }: ContainerHost, canMakeNamespaces: boolean): string {
  if (filter.length > 0) return "a filter of system calls stricter than the engine's";
  return `no filter of system calls but the engine's own${canMakeNamespaces ? ', which lets user namespaces be made' : ''}`;
}
