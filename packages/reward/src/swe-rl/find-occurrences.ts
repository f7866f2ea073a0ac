/**
 * Where `pattern`, which is not empty, occurs in `text`, from the left and without overlap, in time linear in both (Knuth,
 * Morris and Pratt). `indexOf` takes the product of both lengths for texts made to that end. As strings of Python are made
 * of code points, an occurrence that would cut one in two is none.
 */
export function findOccurrences(text: string, pattern: string): number[] {
  const borders = computeBorders(pattern);
  const found: number[] = [];
  let matched = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    while (matched > 0 && code !== pattern.charCodeAt(matched)) matched = borders[matched - 1]!;
    if (code === pattern.charCodeAt(matched)) matched += 1;
    if (matched < pattern.length) continue;
    const start = index + 1 - pattern.length;
    const isWhole = !isInsideCodePoint(text, start) && !isInsideCodePoint(text, index + 1);
    if (isWhole) found.push(start);
    matched = isWhole ? 0 : borders[matched - 1]!;
  }
  return found;
}

/** For each length of a prefix that of its longest proper prefix that is a suffix as well. */
function computeBorders(pattern: string): Int32Array {
  const borders = new Int32Array(pattern.length);
  let matched = 0;
  for (let index = 1; index < pattern.length; index += 1) {
    const code = pattern.charCodeAt(index);
    while (matched > 0 && code !== pattern.charCodeAt(matched)) matched = borders[matched - 1]!;
    if (code === pattern.charCodeAt(matched)) matched += 1;
    borders[index] = matched;
  }
  return borders;
}

function isInsideCodePoint(text: string, index: number): boolean {
  if (index === 0 || index === text.length) return false;
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
