import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** What commands find outside the workspace besides /usr: an interpreter with its packages. */
export interface Toolchain {
  /** Changes when the interpreter or the set of its installed packages does. */
  readonly id: string;
  /** Host directories shown read-only at the same absolute path; none lies in another. */
  readonly directories: readonly string[];
  /** The sandbox's PATH. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The interpreter, undefined where the host has none. */
  readonly python: string | undefined;
}

interface PythonDescription {
  readonly executable: string;
  readonly version: string;
  readonly prefix: string;
  readonly basePrefix: string;
  readonly executables: readonly string[];
  readonly packages: readonly string[];
  readonly userBase: string | null;
}

const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];
/** Asks the interpreter itself: a shim or a link says nothing of where its files are. */
const DESCRIBE_PYTHON = `
import json, os, site, sys, sysconfig
real = os.path.realpath(sys.executable)
user = site.getuserbase() if site.ENABLE_USER_SITE and os.path.isdir(site.getusersitepackages()) else None
paths = {sysconfig.get_path(name) for name in ('purelib', 'platlib')}
if user: paths.add(site.getusersitepackages())
paths.update(path for path in sys.path if path.endswith(('site-packages', 'dist-packages')))
print(json.dumps({'executable': sys.executable, 'version': sys.version, 'prefix': sys.prefix, 'basePrefix': sys.base_prefix,
  'executables': [sys.executable, real], 'packages': sorted(path for path in paths if os.path.isdir(path)), 'userBase': user}))
`;

/**
 * Finds the host's Python (`python`: a name or path, default `python3`) and the directories it lives in. A host without
 * one gives a toolchain with the system's directories only.
 */
export function detectToolchain(options: { readonly python?: string } = {}): Toolchain {
  const python = describePython(options.python ?? 'python3');
  if (python === undefined) {
    return { id: digest(['no python']), directories: [], path: SYSTEM_PATH, env: {}, python: undefined };
  }
  const homes = [python.prefix, python.basePrefix, ...python.executables.map((path) => dirname(dirname(path)))];
  const roots = new Set(homes.flatMap(withoutWholeHomes));
  for (const path of python.packages) roots.add(path);
  for (const path of [...roots]) if (path.startsWith('/nix/')) roots.add('/nix/store');
  return {
    id: identify(python),
    directories: outermost([...roots].filter((path) => !isSystemPath(path) && existsSync(path))),
    path: [...new Set([dirname(python.executable), ...SYSTEM_PATH])],
    env: python.userBase === null ? {} : { PYTHONUSERBASE: python.userBase },
    python: python.executable,
  };
}

function describePython(command: string): PythonDescription | undefined {
  try {
    const output = execFileSync(command, ['-c', DESCRIBE_PYTHON], {
      cwd: '/',
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const described = JSON.parse(output) as PythonDescription;
    return isAbsolute(described.executable) ? described : undefined;
  } catch {
    return undefined;
  }
}

function identify(python: PythonDescription): string {
  const packages = python.packages.flatMap((directory) =>
    readdirSync(directory)
      .sort()
      .filter((name) => name !== '__pycache__')
      .map(
        (name) => `${directory}/${name} ${statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? ''}`,
      ),
  );
  return digest([python.executable, python.version, python.prefix, ...packages]);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

/** A prefix that is somebody's home or a top directory holds far more than an interpreter. */
function withoutWholeHomes(prefix: string): string[] {
  const real = existsSync(prefix) ? realpathSync(prefix) : prefix;
  const isHome = [prefix, real].some((path) => path === safeHome() || /^\/(home\/[^/]+|[^/]*)\/?$/.test(path));
  if (!isHome) return [prefix, real];
  return ['bin', 'lib', 'lib64'].map((name) => join(prefix, name));
}

function isSystemPath(path: string): boolean {
  return /^\/(usr|bin|sbin|lib\w*|etc|proc|sys|dev|tmp|workspace|harness)?(\/|$)/.test(path) && !/^\/tmp\/./.test(path);
}

function outermost(paths: readonly string[]): string[] {
  const sorted = [...new Set(paths)].sort();
  return sorted.filter((path) => !sorted.some((other) => path !== other && path.startsWith(`${other}/`)));
}

function safeHome(): string {
  try {
    return realpathSync(homedir());
  } catch {
    return homedir();
  }
}
