import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize, relative } from 'node:path';
import { WORKDIR } from './root-skeleton.js';
import { SandboxError } from './sandbox-error.js';

/** A place outside of the workspace, as commands see it, that is shown empty. Its path has no link in it. */
export interface HiddenPlace {
  readonly path: string;
  readonly isDirectory: boolean;
}

/** A workspace's mount table has to fit into one argument of a program. */
const MAX_HIDDEN_PLACES = 200;

/**
 * Where to put something empty so that `paths` are hidden: at every place of the workspace where their content is shown.
 * `directories` are shown at their own place, `skeleton` is the root of all else. No place lies in another.
 * Throws SandboxError `invalid-request` for a path that is relative, in the workspace or above it.
 */
export function resolveHidden(
  paths: readonly string[],
  host: { readonly directories: readonly string[]; readonly skeleton: string },
): HiddenPlace[] {
  const places = new Map<string, HiddenPlace>();
  for (const path of paths) {
    const real = tryRealpath(assertHideable(path));
    if (real === undefined) continue;
    for (const place of [...findShown(real, host.directories), ...findOwn(real, host.skeleton)]) {
      places.set(place.path, place);
    }
  }
  const outermost = [...places.values()].filter(
    ({ path }) => ![...places.keys()].some((other) => path.startsWith(`${other}/`)),
  );
  if (outermost.length > MAX_HIDDEN_PLACES) {
    throw refusal(`Expected at most ${MAX_HIDDEN_PLACES} places to hide, got ${outermost.length}.`);
  }
  return outermost;
}

function assertHideable(path: string): string {
  const normal = normalize(path);
  if (!isAbsolute(path) || path.includes('\0')) {
    throw refusal(`Expected an absolute path to hide, got ${JSON.stringify(path)}.`);
  }
  if (isWithin(WORKDIR, normal) || isWithin(normal, WORKDIR)) {
    throw refusal(`Expected a path outside of the workspace to hide, got ${JSON.stringify(path)}.`);
  }
  return normal;
}

/** A directory that is shown under two names, one of them a link's, shows its content twice. */
function findShown(real: string, directories: readonly string[]): HiddenPlace[] {
  return directories.flatMap((directory) => {
    const home = tryRealpath(directory);
    if (home === undefined) return [];
    if (isWithin(real, home)) throw refusal(`Expected a path in ${directory} to hide, got all of what commands need.`);
    return isWithin(home, real) ? describePlace(join(directory, relative(home, real)), real) : [];
  });
}

/** The sandbox's own /etc has copies of what is on the host. */
function findOwn(real: string, skeleton: string): HiddenPlace[] {
  const own = join(skeleton, real);
  return isWithin('/etc', real) && tryRealpath(own) === own ? describePlace(real, own) : [];
}

function describePlace(path: string, hostPath: string): HiddenPlace[] {
  const stat = statSync(hostPath, { throwIfNoEntry: false });
  if (stat === undefined || !(stat.isDirectory() || stat.isFile())) return [];
  return [{ path, isDirectory: stat.isDirectory() }];
}

function isWithin(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** Undefined where there is nothing, or nothing that we may see. */
function tryRealpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function refusal(message: string): SandboxError {
  return new SandboxError('invalid-request', message);
}
