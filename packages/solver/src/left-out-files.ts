/**
 * What no pred_patch holds: caches, bytecode, build output and leftovers of editors that running and editing code
 * leave behind. A name with a trailing `/` is a directory anywhere in the path, else the name of a file; `*` stands for
 * any characters. A file that the task itself has is never left out, whatever its name.
 */
export const LEFT_OUT_FILES: readonly string[] = [
  '.git/',
  '__pycache__/',
  '*.pyc',
  '*.pyo',
  '.pytest_cache/',
  '.mypy_cache/',
  '.ruff_cache/',
  '.hypothesis/',
  '.coverage*',
  '*.egg-info/',
  '.tox/',
  '.nox/',
  '.venv/',
  '*.orig',
  '*.rej',
  '*.swp',
  '*~',
  '.DS_Store',
  'pred_patch.diff',
];

const RULES = LEFT_OUT_FILES.map((rule) => {
  const isDirectory = rule.endsWith('/');
  const name = isDirectory ? rule.slice(0, -1) : rule;
  const source = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return { isDirectory, pattern: new RegExp(`^${source}$`, 's') };
});

/** Whether a path falls under one of the rules above. */
export function isLeftOut(path: string): boolean {
  const segments = path.split('/');
  const name = segments.pop()!;
  return RULES.some(({ isDirectory, pattern }) =>
    isDirectory ? segments.some((segment) => pattern.test(segment)) : pattern.test(name),
  );
}
