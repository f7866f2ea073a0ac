const DEFAULT_MAX_LENGTH = 300_000;
/** Some tenths of a second. A hundred lines of licence come to a hundredth of it, a thousand lines of remarks nearly to all. */
const MAX_COST = 50_000_000;
const NO_TOKEN = /^[ \t\f]*(?:#.*|\\)?\r?$/;

/**
 * Whether nothing speaks against parsing a source of a stranger, of at most so many characters. tree-sitter-python looks at all lines without a token that
 * follow, before each of them: ten thousand comments, or lines of a backslash alone, take it seconds, a hundred thousand
 * some minutes. What else takes long is a matter for `parsePythonWithin`.
 */
export function isQuickToParse(source: string, maxLength: number = DEFAULT_MAX_LENGTH): boolean {
  if (source.length > maxLength) return false;
  let cost = 0;
  let run = { lines: 0, length: 0 };
  for (const line of source.split('\n')) {
    if (NO_TOKEN.test(line)) {
      run = { lines: run.lines + 1, length: run.length + line.length + 1 };
    } else {
      cost += run.lines * run.length;
      run = { lines: 0, length: 0 };
    }
  }
  return cost + run.lines * run.length <= MAX_COST;
}
