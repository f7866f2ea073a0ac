/** How much of a file is shown at once. */
export interface WindowSize {
  /** Lines of a window, at least 1. */
  readonly lines: number;
  /** Lines that two neighbouring windows share, 0 to `lines` - 1. */
  readonly overlap: number;
}

/** What is shown of a file of `lines above + shown + below` lines. `first` > `last`: it has no lines. */
export interface FileWindow {
  /** 1-based, both inclusive. */
  readonly first: number;
  readonly last: number;
  readonly above: number;
  readonly below: number;
}

/** Where a request to see a line leads to. `adjusted`: there is no such line, and this one was taken. */
export interface Placement {
  readonly centre: number;
  readonly adjusted: number | undefined;
}

/*
 * The arithmetic of SWE-agent's viewer (SWE-agent v0.4.0 config/commands/defaults.sh, arXiv 2405.15793). A window of W
 * lines is told by its centre, the last line of its first half; N is the number of lines of the file.
 */

/** max(min(centre, N - W/2), W/2), halves rounded down: the window lies in the file as far as the file reaches. */
export function constrainCentre(centre: number, totalLines: number, windowLines: number): number {
  const half = Math.floor(windowLines / 2);
  return Math.max(Math.min(centre, totalLines - half), half);
}

/** Lines centre - W/2 + 1 to centre + W/2 of those that there are; for odd W the line more is before the centre. */
export function windowAt(centre: number, totalLines: number, windowLines: number): FileWindow {
  const end = Math.floor(centre + windowLines / 2);
  const last = Math.min(totalLines, end);
  const first = Math.min(Math.max(1, end - windowLines + 1), last + 1);
  return { first, last, above: first - 1, below: totalLines - last };
}

/** The window that a file opens with: its beginning, or a sixth of a window above `line`. */
export function placeOpening(line: number | undefined, totalLines: number, { lines }: WindowSize): Placement {
  const place = (centre: number, adjusted?: number): Placement => ({
    centre: constrainCentre(centre, totalLines, lines),
    adjusted,
  });
  if (line === undefined) return place(Math.floor(lines / 2));
  // As in the source, the line that is taken instead is the centre itself.
  if (line > totalLines) return place(totalLines, totalLines);
  if (line < 1) return place(1, 1);
  return place(centreFor(line, lines));
}

/** The window that shows `line`, a sixth of a window below its beginning. */
export function placeLine(line: number, totalLines: number, { lines }: WindowSize): number {
  return constrainCentre(centreFor(line, lines), totalLines, lines);
}

/** One window further down (`direction` 1) or up (-1), less the overlap. */
export function placeScroll(
  centre: number,
  direction: 1 | -1,
  totalLines: number,
  { lines, overlap }: WindowSize,
): number {
  return constrainCentre(centre + direction * (lines - overlap), totalLines, lines);
}

function centreFor(line: number, windowLines: number): number {
  return Math.max(1, Math.floor(line + windowLines / 2 - Math.floor(windowLines / 6)));
}
