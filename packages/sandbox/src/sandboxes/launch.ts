import { HOME_DIR, PRIVATE_PLACES_TABLE } from '../root-skeleton.js';
import type { Limits } from '../sandbox.js';
import type { SystemCallFilter } from '../system-call-filter.js';
import {
  BOUNDS_SCRIPT,
  COPY_SCRIPT,
  ENTER_SCRIPT,
  FIRST_PROCESS_SCRIPT,
  HOLDER_SCRIPT,
  SETUP_SCRIPT,
  START_SCRIPT,
} from './namespace-scripts.js';

/** How this host lets us isolate. */
export interface IsolationMode {
  /** Host uid that everything in a workspace runs as and that owns its files. */
  readonly userId: number;
  /** True: we are root, mount with its privilege and then leave it. */
  readonly isRoot: boolean;
  /** False only as root on a host without user namespaces: then commands change to `userId` at the end. */
  readonly hasUserNamespaces: boolean;
  /** The kernel bounds processes per user namespace (since 5.14); before, per uid, with all others of that uid. */
  readonly countsProcessesApart: boolean;
}

/**
 * What a command sees of its workspace: all of it; empty writable places of its own instead, which are gone with it; or
 * all of it, but no symbolic link in it can be followed, whatever is put there meanwhile.
 */
export type WorkspaceView = 'whole' | 'own-places' | 'no-links';

/** What trusted programs run with; nothing of a command's own environment reaches them. */
export const TRUSTED_ENV: Readonly<Record<string, string>> = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** The user that commands see themselves as. */
export const VISIBLE_USER_ID = 1000;

/** Where the bound counts all processes of the uid, there is to be room for workspaces side by side; but a bound there is. */
const SHARED_PROCESS_FACTOR = 4;
const SPACES = ['--mount', '--pid', '--net', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'];
const NO_PRIVILEGES = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'];
const LOOPBACK_WITHOUT_IP =
  'import fcntl,socket,struct;s=socket.socket();fcntl.ioctl(s,0x8914,struct.pack("16sh14x",b"lo",73))';

export interface HolderArguments {
  readonly mountDirectory: string;
  readonly mountTable: string;
  readonly diskBytes: number;
  readonly hasHarness: boolean;
  readonly hasDeletions: boolean;
  readonly hasChanges: boolean;
  /** Where base and changes are to be indistinguishable: what the copy takes beyond `diskBytes`, and the changes alone. */
  readonly copy: { readonly bytes: number; readonly inodes: number; readonly stagedBytes: number } | undefined;
  readonly loopback: 'ip' | 'python' | 'none';
  readonly python: string | undefined;
}

/** Arguments of `unshare` for a workspace's holder. */
export function holderArguments(mode: IsolationMode, holder: HolderArguments): string[] {
  const { copy } = holder;
  const inner = [
    'sh',
    '-c',
    HOLDER_SCRIPT,
    'sh',
    loopbackLine(holder),
    flag(holder.hasDeletions && copy === undefined),
    flag(holder.hasChanges && copy === undefined),
  ];
  const leavesRoot = mode.isRoot && mode.hasUserNamespaces;
  const program = leavesRoot ? [...leaveRoot(mode.userId), ...inner] : inner;
  const spaces = leavesRoot ? ['--mount', '--pid', '--fork', '--kill-child'] : SPACES;
  const user = mode.isRoot ? [] : ['--user', '--map-root-user'];
  const inodes = Math.max(10_000, Math.ceil(holder.diskBytes / 4096)) + (copy?.inodes ?? 0);
  const tmpfs = `size=${holder.diskBytes + (copy?.bytes ?? 0)},nr_inodes=${inodes},mode=755,nosuid,nodev`;
  const stage = copy === undefined ? '' : `size=${copy.stagedBytes},mode=1777,nosuid,nodev`;
  const owner = mode.isRoot ? String(mode.userId) : '';
  const setup = [
    'sh',
    '-c',
    SETUP_SCRIPT,
    'sh',
    holder.mountDirectory,
    tmpfs,
    holder.mountTable,
    owner,
    flag(holder.hasHarness),
    stage,
    flag(holder.hasDeletions),
    flag(holder.hasChanges),
    COPY_SCRIPT,
  ];
  return [...user, ...spaces, '--propagation', 'private', '--', ...setup, ...program];
}

/** Arguments of `nsenter` for one command in the workspace whose namespaces the process `target` owns. */
export function commandArguments(
  mode: IsolationMode,
  target: number,
  limits: Limits,
  command: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly merge: boolean;
    readonly hasInput: boolean;
    readonly view: WorkspaceView;
    readonly filter: SystemCallFilter | undefined;
  },
): string[] {
  const user = mode.isRoot && !mode.hasUserNamespaces ? [] : ['--user', '--preserve-credentials'];
  const spaces = ['--mount', '--net', '--ipc', '--uts', '--cgroup', `--pid=/proc/${target}/ns/pid_for_children`];
  const enter = ['sh', '-c', ENTER_SCRIPT, 'sh', flag(command.merge), flag(command.hasInput), FIRST_PROCESS_SCRIPT];
  const view = [command.view, PRIVATE_PLACES_TABLE];
  const env = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
  const filter = command.filter?.argv ?? ['sh', '-c', START_SCRIPT, 'sh'];
  const start = [...filter, 'env', '-i', ...env, ...command.argv];
  return [
    '--target',
    String(target),
    ...user,
    ...spaces,
    '--',
    ...enter,
    ...view,
    ...lastSteps(mode, limits),
    ...start,
  ];
}

/** The sandbox's own environment, before what a command adds. */
export function sandboxEnvironment(
  path: readonly string[],
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: path.join(':'),
    HOME: HOME_DIR,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TMPDIR: '/tmp',
    USER: 'sandbox',
    LOGNAME: 'sandbox',
    PYTHONDONTWRITEBYTECODE: '1',
    ...extra,
  };
}

/** CAP_SYS_ADMIN goes along for the one step for hosts on which only the privileged may make user namespaces. */
function leaveRoot(userId: number): string[] {
  const keep = ['--inh-caps=+sys_admin', '--ambient-caps=+sys_admin'];
  const become = ['setpriv', `--reuid=${userId}`, `--regid=${userId}`, '--clear-groups', ...keep, '--'];
  return [...become, 'unshare', '--user', '--map-root-user', ...SPACES, '--mount-proc', '--'];
}

function lastSteps(mode: IsolationMode, limits: Limits): string[] {
  const processes = limits.maxProcesses * (mode.countsProcessesApart ? 1 : SHARED_PROCESS_FACTOR);
  const numbers = [processes, limits.maxOpenFiles];
  const values = [flag(mode.hasUserNamespaces), ...numbers, Math.ceil(limits.diskBytes / 512)].map(String);
  const bounds = ['sh', '-c', BOUNDS_SCRIPT, 'sh', ...values, 'setpriv', ...NO_PRIVILEGES];
  if (!mode.hasUserNamespaces) {
    return [...bounds, `--reuid=${mode.userId}`, `--regid=${mode.userId}`, '--clear-groups', '--'];
  }
  const map = [`--map-user=${VISIBLE_USER_ID}`, `--map-group=${VISIBLE_USER_ID}`, '--keep-caps'];
  return ['unshare', '--user', ...map, '--', ...bounds, '--'];
}

function loopbackLine(holder: HolderArguments): string {
  if (holder.loopback === 'ip') return 'ip link set lo up';
  if (holder.loopback === 'python') return `'${holder.python}' -IS -c '${LOOPBACK_WITHOUT_IP}'`;
  return ':';
}

function flag(value: boolean): string {
  return value ? '1' : '0';
}
