// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that must not reach a terminal
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g;

/** One line that is safe on a terminal: names of tests and files may be chosen to move its cursor. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}

/** As much of a line as fits. */
export function shorten(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, Math.max(0, maxLength - 1))}…`;
}

/** Lays out rows in columns; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const isNumeric = (column: number) => rows.slice(1).every((row) => typeof row[column] !== 'string');
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => `${row[column] ?? ''}`.length)),
  );
  const line = (row: readonly (string | number)[]) =>
    widths
      .map((width, column) => {
        const cell = `${row[column] ?? ''}`;
        return isNumeric(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** 1 test, 2 tests. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** 0.4 s, 75 s. */
export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
