/** Why `path` cannot be the path of a file of a tree, or undefined where it can. Paths are relative, with `/`. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it contains a NUL';
  if (/\p{Surrogate}/u.test(path)) return 'it is not valid Unicode';
  if (path.startsWith('/')) return 'it is absolute';
  for (const segment of path.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it contains the segment "${segment}"`;
    if (segment.toLowerCase() === '.git') return 'it is in the directory of git itself';
  }
  return undefined;
}

/** Every directory above a path, the nearest last: `a/b/c` gives `a`, `a/b`. */
export function directoriesAbove(path: string): string[] {
  const directories: string[] = [];
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    directories.push(path.slice(0, slash));
  }
  return directories;
}
