import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { runProcess } from '../run-process.js';
import { SandboxError } from '../sandbox-error.js';
import { type IsolationMode, TRUSTED_ENV } from './launch.js';

const PROGRAMS = ['unshare', 'nsenter', 'setpriv', 'prlimit', 'mount', 'umount', 'pivot_root', 'setsid', 'tar', 'sh'];
const ADVICE =
  'Enable user namespaces, run as root, or install util-linux, coreutils and tar; or choose the process backend ' +
  '(--sandbox process), knowing that it isolates nothing.';

/** Finds out, by doing it, how namespaces can be made here. Throws SandboxError `isolation-unavailable` with the reason. */
export async function probeIsolation(sandboxUserId: number): Promise<IsolationMode> {
  if (process.platform !== 'linux') throw unavailable(`namespaces exist on Linux only, this is ${process.platform}`);
  const missing = PROGRAMS.filter(
    (name) => !TRUSTED_ENV.PATH!.split(':').some((path) => existsSync(`${path}/${name}`)),
  );
  if (missing.length > 0) throw unavailable(`these programs are missing: ${missing.join(', ')}`);
  const isRoot = process.geteuid!() === 0;
  const userId = isRoot ? sandboxUserId : process.geteuid!();
  const reason = await tryUnshare(isRoot ? sandboxUserId : undefined);
  const host = { userId, isRoot, countsProcessesApart: reason === undefined && isKernelSince(5, 14) };
  if (reason === undefined) return { ...host, hasUserNamespaces: true };
  if (isRoot) return { ...host, hasUserNamespaces: false };
  throw unavailable(`user namespaces cannot be made (${describeUserNamespaces()}): ${reason}`);
}

function isKernelSince(major: number, minor: number): boolean {
  const [first = 0, second = 0] = release().split('.').map(Number);
  return first > major || (first === major && second >= minor);
}

export function unavailable(reason: string, cause?: unknown): SandboxError {
  return new SandboxError('isolation-unavailable', `This host cannot isolate: ${reason}. ${ADVICE}`, { cause });
}

/** The reason why a user namespace cannot be made and nested, undefined where it can. */
async function tryUnshare(userId: number | undefined): Promise<string | undefined> {
  const keep = ['--inh-caps=+sys_admin', '--ambient-caps=+sys_admin'];
  const become =
    userId === undefined ? [] : ['setpriv', `--reuid=${userId}`, `--regid=${userId}`, '--clear-groups', ...keep, '--'];
  const outer = ['unshare', '--user', '--map-root-user', '--mount', '--'];
  const inner = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--keep-caps', '--', 'true'];
  const [file, ...args] = [...become, ...outer, ...inner];
  const result = await runProcess({ file: file!, args, env: TRUSTED_ENV, timeoutMs: 20_000, maxOutputBytes: 65_536 });
  if (result.exitCode === 0) return undefined;
  return result.stderr.toString().trim() || 'unshare failed';
}

function describeUserNamespaces(): string {
  const names = [
    'user/max_user_namespaces',
    'kernel/unprivileged_userns_clone',
    'kernel/apparmor_restrict_unprivileged_userns',
  ];
  const found = names.flatMap((name) => {
    const path = `/proc/sys/${name}`;
    return existsSync(path) ? [`${name.replace('/', '.')} is ${readFileSync(path, 'utf8').trim()}`] : [];
  });
  return found.join(', ');
}
