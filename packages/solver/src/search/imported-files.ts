/** Modules that a Python source imports: dotted names, with their leading dots where relative. */
export function importedModules(source: string): string[] {
  const modules: string[] = [];
  for (const [, from, names, plain] of source.matchAll(
    /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))/gm,
  )) {
    if (from !== undefined) {
      modules.push(from);
      // What is imported may be a module itself.
      for (const name of importedNames(names ?? '')) modules.push(from.endsWith('.') ? from + name : `${from}.${name}`);
    }
    modules.push(...importedNames(plain ?? ''));
  }
  return modules;
}

function importedNames(list: string): string[] {
  return list
    .replace(/#[^\n]*/g, '')
    .replace(/[()\\]/g, ' ')
    .split(',')
    .map((item) => item.trim().split(/\s+/)[0] ?? '')
    .filter((name) => /^[\w.]+$/.test(name));
}

/**
 * Files of the tree that a module name can mean, seen from the file that imports it. Where packages start is not known:
 * any directory may be on the path of imports.
 */
export function filesOfModule(module: string, importer: string, paths: readonly string[]): string[] {
  const dots = /^\.*/.exec(module)![0].length;
  const name = module.slice(dots).replaceAll('.', '/');
  if (dots === 0) {
    const endings = [`${name}.py`, `${name}/__init__.py`];
    return paths.filter((path) => endings.some((ending) => path === ending || path.endsWith(`/${ending}`)));
  }
  const directory = importer.split('/').slice(0, -dots).join('/');
  const stem = [directory, name].filter((part) => part !== '').join('/');
  return paths.filter((path) => path === `${stem}.py` || path === `${stem}/__init__.py`);
}

/** Files reached from `start` over imports, nearest first, `start` left out. */
export async function reachableFiles(
  start: readonly string[],
  paths: readonly string[],
  read: (path: string) => Promise<string | undefined>,
  limit: number,
): Promise<string[]> {
  const seen = new Set(start);
  const reached: string[] = [];
  let frontier = [...start];
  while (frontier.length > 0 && reached.length < limit) {
    const next: string[] = [];
    for (const importer of frontier) {
      const source = await read(importer);
      for (const module of source === undefined ? [] : importedModules(source)) {
        for (const path of filesOfModule(module, importer, paths)) {
          if (seen.has(path)) continue;
          seen.add(path);
          next.push(path);
        }
      }
    }
    reached.push(...next);
    frontier = next;
  }
  return reached.slice(0, limit);
}
