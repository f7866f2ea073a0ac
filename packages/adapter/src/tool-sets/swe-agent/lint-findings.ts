/** What a linter says of one place of a file. */
export interface Finding {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** Code and text, such as `F821 undefined name 'x'`. */
  readonly text: string;
}

/** Lines `first` to `last`, 1-based and inclusive, were replaced by `inserted` lines. */
export interface EditedRange {
  readonly first: number;
  readonly last: number;
  readonly inserted: number;
}

/** Reads `line:column: CODE text` lines; others are none. */
export function readFindings(output: string): Finding[] {
  return output.split('\n').flatMap((each) => {
    const [, line, column, text = ''] = /^(\d+):(-?\d+): ([A-Z]\d+ .*)$/.exec(each.trimEnd()) ?? [];
    return line === undefined ? [] : [{ line: Number(line), column: Number(column), text: text.slice(0, 500) }];
  });
}

/**
 * The findings that an edit brought, as SWE-agent v1.x tells them apart (tools/windowed/lib/flake8_utils.py): a finding
 * outside of the edited range that was there before, its line moved by what the edit added, is none of the edit's, and one
 * within the range always is. A file that could not be parsed before hid what else is wrong with it, so that nothing that
 * turns up above the range then is the edit's.
 */
export function newFindings(before: readonly Finding[], after: readonly Finding[], edit: EditedRange): Finding[] {
  const { first, last, inserted } = edit;
  const added = inserted - (last - first + 1);
  const known = new Set(
    before.flatMap((finding) => {
      if (finding.line < first) return keyOf(finding, finding.line);
      return finding.line > last ? keyOf(finding, finding.line + added) : [];
    }),
  );
  const wasUnreadable = before.some(({ text }) => /^E9/.test(text));
  return after.filter((finding) => {
    if (wasUnreadable && finding.line < first) return false;
    return !known.has(keyOf(finding, finding.line));
  });
}

/** Lines that a message names move with the edit too. */
function keyOf({ column, text }: Finding, line: number): string {
  return `${line}:${column}:${text.replace(/\bline \d+/g, 'line')}`;
}
