/** \r\n is one boundary; the rest of them is \n \r \v \f, the separators U+001C..U+001E, U+0085, U+2028 and U+2029. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what Python cuts lines at
const LINE_BOUNDARY = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** `str.splitlines()` of Python: the lines without their ends; none for an empty text, none after the last end. */
export function splitPythonLines(text: string): string[] {
  const lines = text.split(LINE_BOUNDARY);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
