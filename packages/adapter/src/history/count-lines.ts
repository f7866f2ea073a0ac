/** Where Python's `str.splitlines` ends a line; a carriage return and a line feed are one end. */
const ENDS: ReadonlySet<string> = new Set('\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029');

/** How many lines Python's `str.splitlines` makes of a text: none of '', and none after a last line end. */
export function countLines(text: string): number {
  let count = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!ENDS.has(text[at] as string)) continue;
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    count += 1;
    start = at + 1;
  }
  return start < text.length ? count + 1 : count;
}
