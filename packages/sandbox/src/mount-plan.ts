import { readFileSync } from 'node:fs';
import type { HiddenPlace } from './hidden-places.js';
import { DEVICES, HARNESS_DIR, HOME_DIR, WORKDIR } from './root-skeleton.js';

export interface MountPlan {
  /** Directory that becomes `/`; read-only. */
  readonly skeleton: string;
  /** Directory of the base. */
  readonly lower: string;
  /** Where the workspace is put together, in a private mount namespace: has `root` and `scratch`. */
  readonly mountDirectory: string;
  /** Host directories shown read-only at their own place. */
  readonly directories: readonly string[];
  /** Overlays mounted without privilege keep their marks in `user.` attributes. */
  readonly isUnprivileged: boolean;
  /** True: the overlay is put together aside on a file system of its own and the workspace is a plain directory. */
  readonly isUniform: boolean;
  /** What is shown empty; see resolveHidden. */
  readonly hidden: readonly HiddenPlace[];
}

/** The host has some thousands for all workspaces together: one that took them all would fail the tests of others. */
const MAX_TERMINALS = 64;

/**
 * The fstab that one `mount --all` turns into a workspace. Relative paths in options are relative to `mountDirectory`,
 * so no path of the host can break the option syntax.
 */
export function formatMountTable(plan: MountPlan): string {
  const hostMounts = readHostMounts();
  const root = `${plan.mountDirectory}/root`;
  const scratch = `${plan.mountDirectory}/scratch`;
  const readOnly = (source: string, target: string): string[] => [
    formatLine(source, target, 'none', `rbind,ro,nosuid,nodev${keptFlags(source, hostMounts)},X-mount.mkdir`),
    // A read-only bind leaves mounts below it writable.
    ...mountsBelow(source, hostMounts).map((below) =>
      formatLine(
        'none',
        `${target}${below.slice(source.length)}`,
        'none',
        `remount,bind,ro,nosuid,nodev${keptFlags(below, hostMounts)}`,
      ),
    ),
  ];
  const writable = (source: string, target: string) =>
    formatLine(`${scratch}/${source}`, `${root}${target}`, 'none', 'bind,nosuid,nodev');
  const lines = [
    formatLine(plan.skeleton, root, 'none', `rbind,ro,nosuid,nodev${keptFlags(plan.skeleton, hostMounts)}`),
    ...DEVICES.map((name) => formatLine(`/dev/${name}`, `${root}/dev/${name}`, 'none', 'bind')),
    formatLine(
      'devpts',
      `${root}/dev/pts`,
      'devpts',
      `newinstance,max=${MAX_TERMINALS},ptmxmode=0666,mode=620,nosuid,noexec`,
    ),
    writable('tmp', '/tmp'),
    writable('shm', '/dev/shm'),
    writable('home', HOME_DIR),
    formatLine(`${scratch}/harness`, `${root}${HARNESS_DIR}`, 'none', 'bind,ro,nosuid,nodev'),
    formatLine(plan.lower, `${scratch}/lower`, 'none', 'rbind'),
    ...(plan.isUniform ? [writable('upper', WORKDIR)] : []),
    formatLine(
      'overlay',
      plan.isUniform ? `${scratch}/stage/merged` : `${root}${WORKDIR}`,
      'overlay',
      `${overlayOptions(plan)},nosuid,nodev`,
    ),
    ...plan.directories.flatMap((path) => readOnly(path, `${root}${path}`)),
    ...plan.hidden.map(({ path, isDirectory }) =>
      formatLine(`${scratch}/${isDirectory ? 'empty' : 'blank'}`, `${root}${path}`, 'none', 'bind,ro,nosuid,nodev'),
    ),
    formatLine('proc', `${root}/proc`, 'proc', 'nosuid,nodev,noexec'),
  ];
  return `${lines.join('\n')}\n`;
}

function overlayOptions({ isUnprivileged, isUniform }: MountPlan): string {
  const place = isUniform ? 'scratch/stage' : 'scratch';
  const options = `lowerdir=scratch/lower,upperdir=${place}/upper,workdir=${place}/work`;
  return isUnprivileged ? `${options},userxattr` : options;
}

interface HostMount {
  readonly path: string;
  readonly flags: readonly string[];
}

function readHostMounts(): HostMount[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
    .map((fields) => ({ path: unescapeField(fields[4]!), flags: fields[5]!.split(',') }));
}

/** Flags of the mount that holds `path` which a user namespace may not take away. */
function keptFlags(path: string, mounts: readonly HostMount[]): string {
  const holders = mounts.filter(
    (mount) => mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`),
  );
  const holder = holders.reduce((best, mount) => (mount.path.length >= best.path.length ? mount : best), holders[0]!);
  return holder.flags.includes('noexec') ? ',noexec' : '';
}

function mountsBelow(path: string, mounts: readonly HostMount[]): string[] {
  return [...new Set(mounts.map((mount) => mount.path).filter((below) => below.startsWith(`${path}/`)))].sort();
}

function formatLine(source: string, target: string, type: string, options: string): string {
  return `${escapeField(source)} ${escapeField(target)} ${type} ${options} 0 0`;
}

function escapeField(text: string): string {
  return text.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function unescapeField(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
