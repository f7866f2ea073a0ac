/**
 * Where the needle begins in the text, overlaps counted, in time linear in both (Knuth, Morris and Pratt): search text
 * and file may be made to be slow to compare. An empty needle is nowhere. Ends after `limit` places.
 */
export function findAll(text: string, needle: string, limit: number): number[] {
  if (needle === '') return [];
  const borders = bordersOf(needle);
  const found: number[] = [];
  let matched = 0;
  for (let at = 0; at < text.length && found.length < limit; at += 1) {
    const code = text.charCodeAt(at);
    while (matched > 0 && (matched === needle.length || needle.charCodeAt(matched) !== code)) {
      matched = borders[matched]!;
    }
    if (needle.charCodeAt(matched) === code) matched += 1;
    if (matched === needle.length) found.push(at + 1 - needle.length);
  }
  return found;
}

/** At n: the length of the longest beginning of the needle's first n characters that is also their end, but not all. */
function bordersOf(needle: string): Int32Array {
  const borders = new Int32Array(needle.length + 1);
  let length = 0;
  for (let at = 1; at < needle.length; at += 1) {
    while (length > 0 && needle.charCodeAt(at) !== needle.charCodeAt(length)) length = borders[length]!;
    if (needle.charCodeAt(at) === needle.charCodeAt(length)) length += 1;
    borders[at + 1] = length;
  }
  return borders;
}
