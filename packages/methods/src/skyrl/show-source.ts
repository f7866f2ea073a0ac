import { fenced } from '../statements/printable-text.js';
import type { Definition } from './definitions.js';
import type { Entity } from './find-entities.js';
import { linesOf, type SourceFile } from './source-file.js';

/** Longest line that is shown whole. */
const MAX_LINE_CHARACTERS = 1000;
/** Lines of a file that are shown above and below one that is asked for. */
const LINES_AROUND = 20;
/** Classes and files of more lines are shown by what they define. */
const MAX_COMPLETE_LINES = 200;
const MAX_PREVIEW_LINES = 50;
const MAX_SKELETON_ENTRIES = 300;

/** Lines `first` to `last`, numbered; what would do something to whatever shows it is replaced. */
export function showLines(lines: readonly string[], first: number, last: number): string {
  const width = String(last).length;
  const shown = lines
    .slice(first - 1, last)
    .map((line, index) => `${String(first + index).padStart(width)} | ${readable(line)}`);
  return fenced(shown.join('\n'));
}

/** An entity with all its code; a class or a file of more than 200 lines by its skeleton, with a hint how to see more. */
export function showComplete(entity: Entity, file: SourceFile, deadline: number): string {
  const lines = linesOf(file.text);
  const { startLine, endLine } = rangeOf(entity, lines.length);
  const isWhole = entity.definition?.kind === 'function' || endLine - startLine < MAX_COMPLETE_LINES;
  const body = isWhole ? showLines(lines, startLine, endLine) : skeletonOf(entity, file, lines, deadline);
  return `${headOf(entity, lines.length)}\n${body}`;
}

/** An entity as one of few that bear a name: a class or a file of at most 50 lines with its code, all else by its head. */
export function showPreview(entity: Entity, file: SourceFile, deadline: number): string {
  const lines = linesOf(file.text);
  const { startLine, endLine } = rangeOf(entity, lines.length);
  const head = headOf(entity, lines.length);
  if (entity.definition?.kind === 'function') {
    const { headLine } = entity.definition;
    return `${head}\n${showLines(lines, headLine, headLine)}\nHint: search for \`${entity.id}\` to see the whole function.`;
  }
  const isShort = endLine - startLine < MAX_PREVIEW_LINES;
  return `${head}\n${isShort ? showLines(lines, startLine, endLine) : skeletonOf(entity, file, lines, deadline)}`;
}

/** The lines of a file around those asked for, with the names of what they are in. */
export function showAround(path: string, file: SourceFile, numbers: readonly number[], deadline: number): string {
  const lines = linesOf(file.text);
  const ranges: { first: number; last: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    if (number > lines.length) continue;
    const first = Math.max(1, number - LINES_AROUND);
    const last = Math.min(lines.length, number + LINES_AROUND);
    const before = ranges.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = last;
    else ranges.push({ first, last });
  }
  const parts = ranges.map(({ first, last }) => {
    const inside = numbers.filter((number) => number >= first && number <= last);
    const ids = new Set(inside.flatMap((number) => innermostAt(file, number, deadline)?.qualifiedName ?? []));
    const names = [...ids].map((name) => `\`${path}:${name}\``).join(', ');
    const where = names === '' ? '' : `, in ${names}`;
    return `Lines ${first}-${last} of \`${path}\`${where}:\n${showLines(lines, first, last)}`;
  });
  const beyond = numbers.filter((number) => number > lines.length);
  if (beyond.length > 0) parts.push(`\`${path}\` has ${lines.length} lines: no line ${beyond.join(', ')}.`);
  return parts.join('\n\n');
}

/** The innermost definition around a line; undefined too where the file is not parsed by `deadline`. */
export function innermostAt(file: SourceFile, line: number, deadline: number): Definition | undefined {
  return file.definitions(deadline)?.findLast(({ startLine, endLine }) => startLine <= line && line <= endLine);
}

/** An entity on one line. */
export function headOf(entity: Entity, lineCount: number): string {
  const { startLine, endLine } = rangeOf(entity, lineCount);
  return `Found ${entity.definition?.kind ?? 'file'} \`${entity.id}\` (lines ${startLine}-${endLine}).`;
}

function rangeOf({ definition }: Entity, lineCount: number): { startLine: number; endLine: number } {
  return definition ?? { startLine: 1, endLine: lineCount };
}

/** The heads of what an entity defines, and how to see more. */
function skeletonOf(entity: Entity, file: SourceFile, lines: readonly string[], deadline: number): string {
  const { startLine, endLine } = rangeOf(entity, lines.length);
  const inner = file
    .definitions(deadline)
    ?.filter(
      (definition) =>
        definition.headLine !== entity.definition?.headLine &&
        definition.startLine >= startLine &&
        definition.endLine <= endLine,
    );
  const hint = `Hint: search for \`${entity.id}${entity.definition ? '.' : ':'}NAME\` to see one of these.`;
  const byLines = `Hint: ask for \`line_nums\` with \`file_path_or_pattern\` \`${entity.path}\` to see lines.`;
  if (inner === undefined || inner.length === 0) return byLines;
  const shown = inner
    .slice(0, MAX_SKELETON_ENTRIES)
    .map(
      (definition) =>
        `${readable(lines[definition.headLine - 1] ?? '')}  # ${definition.startLine}-${definition.endLine}`,
    );
  const missing = inner.length - shown.length;
  if (missing > 0) shown.push(`# and ${missing} more`);
  return `What it defines, each with its lines:\n${fenced(shown.join('\n'))}\n${hint}`;
}

function readable(line: string): string {
  const text = line.slice(0, MAX_LINE_CHARACTERS).replace(/[^\P{Cc}\t]|\p{Cs}/gu, '\ufffd');
  const left = line.length - MAX_LINE_CHARACTERS;
  return left > 0 ? `${text}[... ${left} more characters]` : text;
}
