import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestContent } from '../../lay-out-tree.js';
import type { EngineClient } from './engine-client.js';

/** What no test needs and what attacks on kernels begin with. Docker's own filter lets none but `ptrace` through. */
const REFUSED = new Set([
  ...['unshare', 'setns', 'clone3', 'mount', 'umount', 'umount2', 'mount_setattr', 'move_mount', 'open_tree'],
  ...['fsconfig', 'fsmount', 'fsopen', 'fspick', 'pivot_root', 'chroot', 'keyctl', 'add_key', 'request_key', 'bpf'],
  ...['perf_event_open', 'userfaultfd', 'io_uring_setup', 'io_uring_enter', 'io_uring_register', 'name_to_handle_at'],
  ...[
    'open_by_handle_at',
    'process_vm_readv',
    'process_vm_writev',
    'pidfd_getfd',
    'kcmp',
    'quotactl',
    'swapon',
    'acct',
  ],
]);
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACE = 0x7e020000;
/** Address families from here on are AF_ALG, AF_VSOCK and others that no network namespace separates. */
const AF_ALG = 38;
/** Allowed with conditions of ours, so that no other rule may allow them. */
const CONDITIONAL = ['clone', 'socket', 'socketcall'];
const EPERM = 1;
/** The C library tries `clone` where `clone3`, whose flags no filter can see, does not exist. */
const ENOSYS = 38;

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly unknown[] | null;
  readonly includes?: { readonly caps?: readonly string[] };
  readonly [more: string]: unknown;
}

interface Profile {
  readonly syscalls: readonly Rule[];
  readonly [more: string]: unknown;
}

/**
 * Podman's filter of system calls lets namespaces and sockets to the hypervisor be made. Writes one that does not into `directory`, and returns the
 * option that names it; none for an engine that does not tell where its filter lies, or has it on another host.
 */
export async function stricterFilter(engine: EngineClient, directory: string): Promise<string[]> {
  try {
    const info = await engine.request<{ host?: { security?: { seccompProfilePath?: string } } }>(
      'GET',
      '/v4.0.0/libpod/info',
    );
    const path = info.host?.security?.seccompProfilePath;
    if (path === undefined) return [];
    const text = JSON.stringify(withoutRefused(JSON.parse(readFileSync(path, 'utf8')) as Profile));
    const target = join(directory, `seccomp-${digestContent(text).slice(0, 32)}.json`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(`${target}.${process.pid}`, text);
    renameSync(`${target}.${process.pid}`, target);
    return [`seccomp=${target}`];
  } catch {
    return []; // What is in force is looked at from within.
  }
}

/** The profile without what is refused; whatever it says of capabilities does not matter where there are none. */
export function withoutRefused(profile: Profile): Profile {
  const kept = profile.syscalls
    .filter((rule) => rule.includes?.caps === undefined || rule.includes.caps.length === 0)
    .map((rule) => ({
      ...rule,
      names: rule.names.filter((name) => !REFUSED.has(name) && !CONDITIONAL.includes(name)),
    }))
    .filter((rule) => rule.names.length > 0);
  const refused: Rule[] = [
    { names: [...REFUSED].filter((name) => name !== 'clone3'), action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: NEW_NAMESPACE, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    {
      names: ['socket'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: AF_ALG, valueTwo: 0, op: 'SCMP_CMP_LT' }],
    },
  ];
  return { ...profile, syscalls: [...kept, ...refused] };
}
