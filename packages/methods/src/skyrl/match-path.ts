/**
 * Chooses paths as SkyRL-Agent does: a pattern with `*`, `?` or `[…]` as Python's fnmatch takes it (`*` passes over `/`; it
 * must fit the whole path), and a text without these chooses every path that holds it. Beyond the original: where two stars
 * stand for directories there may be none, so that the default pattern chooses files at the root too.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  if (!/[*?[]/.test(pattern)) return (path) => path.includes(pattern);
  const variants = [...new Set([pattern, pattern.replaceAll('**/', '')])].map(compile);
  return (path) => variants.some((pieces) => fits(pieces, path));
}

/** What stands between the stars: matches in time linear in its length, since nothing in it repeats. */
type Piece = { readonly search: RegExp; readonly atStart: RegExp; readonly atEnd: RegExp };

function compile(pattern: string): readonly Piece[] {
  return pattern.split(/\*+/).map((text) => {
    const source = text.replace(/\[!?\]?[^\]]*\]|./gsu, (part) => expressionOf(part));
    return {
      search: new RegExp(source, 'gsu'),
      atStart: new RegExp(`^${source}`, 'su'),
      atEnd: new RegExp(`${source}$`, 'su'),
    };
  });
}

function expressionOf(part: string): string {
  if (part === '?') return '.';
  if (part.length === 1 || !part.startsWith('[') || !part.endsWith(']')) return literal(part);
  const isNegated = part[1] === '!';
  const members = part.slice(isNegated ? 2 : 1, -1);
  const expression = `[${isNegated ? '^' : ''}${members.replace(/[\\\]^[]/g, '\\$&')}]`;
  // Ranges the wrong way round match nothing, as in fnmatch.
  return isExpression(expression) ? expression : '(?!)';
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source, 'u') !== undefined;
  } catch {
    return false;
  }
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Taking the leftmost place for each piece between stars is always right. */
function fits(pieces: readonly Piece[], path: string): boolean {
  const first = pieces[0]!.atStart.exec(path);
  if (first === null) return false;
  if (pieces.length === 1) return first[0].length === path.length;
  let at = first[0].length;
  for (const { search } of pieces.slice(1, -1)) {
    search.lastIndex = at;
    if (search.exec(path) === null) return false;
    at = search.lastIndex;
  }
  const last = pieces.at(-1)!.atEnd.exec(path);
  return last !== null && last.index >= at;
}
