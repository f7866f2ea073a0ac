import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createTemporaryDirectory } from './temporary-directories.js';

export const WORKDIR = '/workspace';
export const HARNESS_DIR = '/harness';
export const HOME_DIR = '/home/sandbox';
/** Mount table, within a workspace, of empty places for a command that must not share them. */
export const PRIVATE_PLACES_TABLE = '/etc/private-places';

const PRIVATE_PLACES = [WORKDIR, HOME_DIR, '/tmp', '/dev/shm'];
const PRIVATE_PLACE_OPTIONS = 'size=64m,nr_inodes=10k,mode=1777,nosuid,nodev';

export interface RootPlan {
  /** Host directories shown at their own place. */
  readonly directories: readonly string[];
  /** The user that commands see themselves as. */
  readonly userId: number;
}

/** Devices that give away nothing of the host and keep nothing. */
export const DEVICES: readonly string[] = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const TOP_LINKS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const ETC_FILES = ['ld.so.cache', 'ld.so.conf', 'mime.types', 'localtime', 'os-release', 'debian_version', 'shells'];
const ETC_DIRECTORIES = ['ld.so.conf.d', 'alternatives', 'ssl', 'pki', 'ca-certificates', 'fonts'];
const MOUNT_POINTS = ['proc', 'dev/pts', 'dev/shm', 'tmp', 'usr', WORKDIR, HARNESS_DIR, HOME_DIR];

/** Top directories that are no links into /usr on this host, and so are shown as they are. */
export function separateSystemDirectories(): string[] {
  return TOP_LINKS.map((name) => `/${name}`).filter((path) => existsSync(path) && !lstatSync(path).isSymbolicLink());
}

/**
 * Makes the directory that becomes `/` of every workspace, read-only there: mount points, a minimal /etc and /dev.
 * Made once per plan at `path`, complete or not at all.
 */
export function makeRootSkeleton(path: string, plan: RootPlan): void {
  if (existsSync(path)) return;
  const temporary = createTemporaryDirectory(dirname(path));
  try {
    const root = join(temporary, 'root');
    for (const point of ['', ...MOUNT_POINTS, ...plan.directories]) makeDirectories(root, point);
    for (const name of DEVICES) writeFileSync(join(root, 'dev', name), '');
    makeDeviceLinks(join(root, 'dev'));
    for (const name of TOP_LINKS) {
      const stat = lstatSync(`/${name}`, { throwIfNoEntry: false });
      if (stat?.isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(root, name));
      else if (stat?.isDirectory()) makeDirectories(root, name);
    }
    makeEtc(join(root, 'etc'), plan.userId);
    renameSync(root, path);
  } catch (error) {
    if (!existsSync(path)) throw error; // Else another process was first.
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function makeDirectories(root: string, path: string): void {
  let current = root;
  for (const part of ['', ...path.split('/')]) {
    current = join(current, part);
    if (existsSync(current)) continue;
    mkdirSync(current);
    chmodSync(current, 0o755);
  }
}

function makeDeviceLinks(dev: string): void {
  symlinkSync('/proc/self/fd', join(dev, 'fd'));
  symlinkSync('/proc/self/fd/0', join(dev, 'stdin'));
  symlinkSync('/proc/self/fd/1', join(dev, 'stdout'));
  symlinkSync('/proc/self/fd/2', join(dev, 'stderr'));
  symlinkSync('pts/ptmx', join(dev, 'ptmx'));
}

/** Names resolve without the network; nothing tells who owns the host. */
function makeEtc(etc: string, userId: number): void {
  mkdirSync(etc);
  chmodSync(etc, 0o755);
  const files: Record<string, string> = {
    passwd: `root:x:0:0:root:/:/bin/sh\nsandbox:x:${userId}:${userId}:sandbox:${HOME_DIR}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n`,
    group: `root:x:0:\nsandbox:x:${userId}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
    hostname: 'sandbox\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
    'resolv.conf': '',
    [basename(PRIVATE_PLACES_TABLE)]: PRIVATE_PLACES.map(
      (place, index) => `private-${index} ${place} tmpfs ${PRIVATE_PLACE_OPTIONS} 0 0\n`,
    ).join(''),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(etc, name), content, { mode: 0o644 });
  for (const name of ETC_FILES) {
    if (statSync(`/etc/${name}`, { throwIfNoEntry: false })?.isFile()) copyFileSync(`/etc/${name}`, join(etc, name));
  }
  for (const name of ETC_DIRECTORIES) {
    if (!statSync(`/etc/${name}`, { throwIfNoEntry: false })?.isDirectory()) continue;
    cpSync(`/etc/${name}`, join(etc, name), { recursive: true, verbatimSymlinks: true, filter: isPublic });
  }
  symlinkSync('/proc/self/mounts', join(etc, 'mtab'));
}

/** Readable to everybody on the host, so to the sandbox too; private keys are not. */
function isPublic(path: string): boolean {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return true;
  return stat.isDirectory() ? (stat.mode & 0o005) === 0o005 : stat.isFile() && (stat.mode & 0o004) !== 0;
}
