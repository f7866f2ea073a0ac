import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type BaseStore, createBaseStore } from '../base-store.js';
import { type CgroupTree, findCgroupTree } from '../cgroup.js';
import { asHostFailure } from '../host-failure.js';
import { digestContent } from '../lay-out-tree.js';
import { makeRootSkeleton, separateSystemDirectories } from '../root-skeleton.js';
import { type CommandResult, DEFAULT_LIMITS, type SandboxProvider, type WorkspaceRequest } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { findSystemCallFilter, type SystemCallFilter } from '../system-call-filter.js';
import { detectToolchain, type Toolchain } from '../toolchain.js';
import { createBlankWorkspaces } from './blank-workspaces.js';
import { describeGuarantees } from './guarantees.js';
import { type IsolationMode, TRUSTED_ENV, VISIBLE_USER_ID } from './launch.js';
import { type NamespaceSandbox, openNamespaceSandbox } from './namespace-sandbox.js';
import { probeIsolation, unavailable } from './probe-isolation.js';

export interface NamespacesOptions {
  /** Where bases are kept between runs; default `swe-selfplay` in the user's cache directory. */
  readonly cacheDirectory?: string;
  /** Name or path of the Python that commands find; default `python3`. */
  readonly python?: string;
  /** False leaves control groups alone even where they could be used; default true. */
  readonly useCgroups?: boolean;
}

/** What the workspaces of one provider share. */
export interface NamespaceHost {
  readonly mode: IsolationMode;
  readonly toolchain: Toolchain;
  readonly bases: BaseStore;
  readonly skeleton: string;
  readonly mountDirectory: string;
  /** Host directories shown read-only in every workspace. */
  readonly directories: readonly string[];
  readonly loopback: 'ip' | 'python' | 'none';
  readonly cgroups: CgroupTree | undefined;
  readonly filter: SystemCallFilter | undefined;
  /** The kernel (since 5.10) and mount (since util-linux 2.38) can make the links of a file system lead nowhere. */
  readonly canIgnoreLinks: boolean;
}

/** The uid of workspaces made by root: no account of a usual host has it. */
const SANDBOX_USER_ID = 70001;

/**
 * Workspaces in Linux namespaces of their own, made with util-linux alone, as root or as an ordinary user.
 * Throws SandboxError `isolation-unavailable`, saying what is missing, where the host does not allow that, and
 * `host-exhausted` or `sandbox-failed` where its files cannot be kept.
 */
export async function createNamespacesProvider(options: NamespacesOptions = {}): Promise<SandboxProvider> {
  const host = await findWorkingHost(prepareHost(options, await probeIsolation(SANDBOX_USER_ID)));
  const open = new Set<NamespaceSandbox>();
  const opening = new Set<Promise<NamespaceSandbox>>();
  let isClosed = false;

  async function openSandbox(request: WorkspaceRequest): Promise<NamespaceSandbox> {
    if (isClosed) throw new SandboxError('sandbox-closed', 'The sandbox provider is closed.');
    const limits = { ...DEFAULT_LIMITS, ...request.limits };
    const pending = openNamespaceSandbox(host, request, limits, (closed) => open.delete(closed));
    opening.add(pending);
    try {
      const sandbox = await pending;
      open.add(sandbox);
      return sandbox;
    } finally {
      opening.delete(pending);
    }
  }

  const blank = createBlankWorkspaces(openSandbox);

  return {
    name: 'namespaces',
    guarantees: describeGuarantees(host),
    toolchainId: host.toolchain.id,
    open: openSandbox,
    runAlone: blank.run,
    async close() {
      isClosed = true;
      await Promise.allSettled([...opening]);
      await Promise.all([...open].map((sandbox) => sandbox.close()));
    },
  };
}

/** The first way of this host in which a command really runs: what may be missing is left out, isolation never is. */
async function findWorkingHost(host: NamespaceHost): Promise<NamespaceHost> {
  const ways: NamespaceHost[] = [host];
  if (host.cgroups !== undefined) ways.push({ ...host, cgroups: undefined });
  if (host.loopback !== 'none') ways.push({ ...host, cgroups: undefined, loopback: 'none' });
  ways.push(...ways.map((way) => ({ ...way, canIgnoreLinks: false })));
  const failures: SandboxError[] = [];
  for (const way of ways) {
    try {
      await runNothing(way);
      return way;
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code === 'host-exhausted') throw error;
      failures.push(error);
    }
  }
  throw unavailable(failures[0]!.message, failures[0]);
}

async function runNothing(host: NamespaceHost): Promise<void> {
  const request = { base: undefined, changes: new Map() };
  const sandbox = await openNamespaceSandbox(host, request, DEFAULT_LIMITS, () => {});
  try {
    const result = await sandbox.run({ argv: ['true'] });
    if (result.exitCode === 0) return void (await sandbox.writeFile('probe', new Uint8Array()));
    throw new SandboxError('sandbox-failed', `a first command ended with: ${describeFailure(result)}`);
  } finally {
    await sandbox.close();
  }
}

function describeFailure(result: CommandResult): string {
  return Buffer.from(result.stderr).toString().trim() || result.ending;
}

/** The skeleton has copies of host files: a host whose libraries changed needs another. */
function changeTimeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ctimeMs;
}

/** How a workspace's loopback device can be brought up. */
function findLoopback(python: string | undefined): NamespaceHost['loopback'] {
  const paths = TRUSTED_ENV.PATH!.split(':');
  if (paths.some((path) => existsSync(join(path, 'ip')))) return 'ip';
  return python === undefined ? 'none' : 'python';
}

function prepareHost(options: NamespacesOptions, mode: IsolationMode): NamespaceHost {
  const cache = options.cacheDirectory ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swe-selfplay');
  try {
    return layOutHost(options, mode, cache);
  } catch (error) {
    throw asHostFailure(error, `The sandbox cannot keep its files in ${cache}`);
  }
}

function layOutHost(options: NamespacesOptions, mode: IsolationMode, requested: string): NamespaceHost {
  const toolchain = detectToolchain(options.python === undefined ? {} : { python: options.python });
  mkdirSync(requested, { recursive: true });
  const cache = realpathSync(requested);
  const mountDirectory = join(cache, 'mount');
  for (const name of ['bases', 'roots', 'mount/root', 'mount/scratch'])
    mkdirSync(join(cache, name), { recursive: true });
  const directories = ['/usr', ...separateSystemDirectories(), ...toolchain.directories];
  const plan = { layout: 2, directories, userId: mode.hasUserNamespaces ? VISIBLE_USER_ID : mode.userId };
  const skeleton = join(
    cache,
    'roots',
    digestContent(JSON.stringify([plan, changeTimeOf('/etc/ld.so.cache')])).slice(0, 32),
  );
  makeRootSkeleton(skeleton, plan);
  return {
    mode,
    toolchain,
    bases: createBaseStore(join(cache, 'bases'), mode.userId),
    skeleton,
    mountDirectory,
    directories,
    loopback: findLoopback(toolchain.python),
    cgroups: mode.isRoot && options.useCgroups !== false ? findCgroupTree() : undefined,
    filter: findSystemCallFilter(TRUSTED_ENV),
    canIgnoreLinks: true,
  };
}
