/** Rules on paths: what a finding at a place is, and whether it can be taken away. */

/** Directories that hold installed packages. */
const INSTALLED = /\/(?:site|dist)-packages\//;
/** A directory right below one of these is a package and nothing else. */
const PACKAGE_PARENTS = new Set(['site-packages', 'dist-packages', '_vendor', 'vendor', 'third_party']);

/** What tools leave behind: names of directories end with `/`. */
const METADATA = [
  '.pytest_cache/',
  '.mypy_cache/',
  '.ruff_cache/',
  '.pytype/',
  '.hypothesis/',
  'htmlcov/',
  '__pycache__/',
  '.coverage',
  '.coverage.*',
  'coverage.xml',
  'coverage.json',
  '.testmondata',
];
/** What is made from source and can go without loss to it. */
const DISPOSABLE = [
  ...METADATA,
  'build/',
  'dist/',
  '.tox/',
  '.nox/',
  '.eggs/',
  '*.egg-info/',
  '.venv/',
  'venv/',
  'node_modules/',
  '*.pyc',
  '*.pyo',
  '*.orig',
  '*.rej',
  '*.bak',
  '*.swp',
  '*.swo',
  '*~',
  '#*#',
  '.#*',
  '*.map',
  '*.min.js',
  '*.patch',
];

export function isInstalled(path: string): boolean {
  return INSTALLED.test(path);
}

/** The topmost part of a path that is what a tool left behind, or undefined. */
export function metadataPlace(path: string): string | undefined {
  return placeIn(path, METADATA);
}

export function isDisposable(path: string): boolean {
  return placeIn(path, DISPOSABLE) !== undefined;
}

/**
 * What to show empty so that a copy outside of the workspace is gone: the directory of the package that the file is
 * part of, where that is surely one, else the file. `path` is the copy, `original` the path in the repository.
 */
export function placeToHide(path: string, original: string | undefined): string {
  const parts = asSource(path).split('/');
  const ours = original?.split('/') ?? [];
  let shared = 0;
  while (shared < ours.length && parts.at(-1 - shared) === ours.at(-1 - shared)) shared += 1;
  const package_ = parts.length - shared;
  if (shared < 2 || !PACKAGE_PARENTS.has(parts[package_ - 1]!)) return path;
  return parts.slice(0, package_ + 1).join('/');
}

/** The source that bytecode lies beside; any other path as it is. */
export function asSource(path: string): string {
  return path.replace(/(?:__pycache__\/)?([^/.]+)(?:\.[^/]*)?\.py[co]$/, '$1.py');
}

function placeIn(path: string, rules: readonly string[]): string | undefined {
  const segments = path.split('/');
  const index = segments.findIndex((segment, position) =>
    rules.some((rule) =>
      rule.endsWith('/')
        ? position < segments.length - 1 && fits(segment, rule.slice(0, -1))
        : position === segments.length - 1 && fits(segment, rule),
    ),
  );
  return index === -1 ? undefined : segments.slice(0, index + 1).join('/');
}

/** `*` stands for any characters. */
function fits(name: string, rule: string): boolean {
  const [start = '', end] = rule.split('*');
  if (end === undefined) return name === rule;
  return name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);
}
