import { findChunks } from './find-chunks.js';
import { type EntitySearch, entityOf, findById, findByName, type SearchBounds } from './find-entities.js';
import { findText } from './find-text.js';
import { relativePath, type SearchScope } from './search-scope.js';
import { headOf, innermostAt, showComplete, showLines, showPreview } from './show-source.js';
import { linesOf } from './source-file.js';

/** Entities of one name that are shown with more than their head. */
const MAX_PREVIEWS = 3;
const MAX_COUNTED_FILES = 20;
const MAX_LINE_NUMBERS = 20;
const MAX_RANKED = 3;
const LINES_AROUND_BEST = 2;

const LATE = 'Some files take too long to parse: not all that they define was searched.';

/**
 * What there is to say of a term: entities of that id or name; files and lines that hold the term, in any case; and, only
 * where there is neither, the places that BM25 ranks highest.
 */
export async function searchTerm(
  term: string,
  scope: SearchScope,
  workdir: string,
  bounds: SearchBounds,
): Promise<string> {
  const parts = [...(await describeEntities(term.trim(), scope, workdir, bounds)), ...describeText(term, scope)];
  if (parts.length === 0) parts.push(...(await describeRanked(term, scope, bounds)));
  return parts.length === 0 ? 'Nothing was found.' : parts.join('\n\n');
}

async function describeEntities(
  term: string,
  scope: SearchScope,
  workdir: string,
  bounds: SearchBounds,
): Promise<string[]> {
  const named = term.replace(/^\.+|\.+$/g, '');
  const id = relativePath(named, workdir);
  const exact = findById(scope.all, id, bounds.deadline);
  if (exact.entities.length > 0)
    return exact.entities.map((entity, index) => {
      const file = scope.all.get(entity.path)!;
      return index < MAX_PREVIEWS
        ? showComplete(entity, file, bounds.deadline)
        : headOf(entity, linesOf(file.text).length);
    });
  if (exact.isLate) return [`\`${id.slice(0, id.indexOf('.py:') + 3)}\` takes too long to parse: look at its text.`];
  let search = await findByName(scope.chosen, id, bounds);
  const isElsewhere = search.entities.length === 0 && scope.pattern !== undefined;
  if (isElsewhere) search = await findByName(scope.all, id, bounds);
  if (search.entities.length === 0) return search.isLate ? [LATE] : [];
  return [`${remarkOn(search, isElsewhere, scope)}${showEntities(search, scope, bounds)}`];
}

function remarkOn({ foundName }: EntitySearch, isElsewhere: boolean, { pattern }: SearchScope): string {
  const elsewhere = isElsewhere ? `Nothing of that name is defined in \`${pattern}\`; elsewhere:\n` : '';
  return foundName === undefined ? elsewhere : `${elsewhere}Nothing has all of that name; found by \`${foundName}\`:\n`;
}

function showEntities(
  { entities, isCut, isLate }: EntitySearch,
  { all }: SearchScope,
  { deadline }: SearchBounds,
): string {
  const cut = isCut ? ['There are more. Hint: search for a longer name, or narrow `file_path_or_pattern`.'] : [];
  if (isLate) cut.push(LATE);
  if (entities.length <= MAX_PREVIEWS) {
    const previews = entities.map((entity) => showPreview(entity, all.get(entity.path)!, deadline));
    return [...previews, ...cut].join('\n\n');
  }
  const heads = entities.map((entity) => headOf(entity, linesOf(all.get(entity.path)!.text).length));
  const hint = 'Hint: search for one of these ids to see its code.';
  return [...heads, hint, ...cut].join('\n');
}

function describeText(term: string, scope: SearchScope): string[] {
  let matches = findText(scope.chosen, term, MAX_COUNTED_FILES);
  const isElsewhere = matches.length === 0 && scope.pattern !== undefined;
  if (isElsewhere) matches = findText(scope.all, term, MAX_COUNTED_FILES);
  const [first] = matches;
  if (first === undefined) return [];
  const remark = isElsewhere ? `No line in \`${scope.pattern}\` holds it; elsewhere:\n` : '';
  if (matches.length === 1) {
    const shown = first.lines.slice(0, MAX_LINE_NUMBERS).join(', ');
    const left = first.lines.length - MAX_LINE_NUMBERS;
    const more = left > 0 ? ` and ${left} more` : '';
    const hint = 'Hint: ask for `line_nums` with that `file_path_or_pattern` to see them.';
    return [`${remark}${countOf(first.lines.length)} of \`${first.path}\` with the text: ${shown}${more}.\n${hint}`];
  }
  const files = matches.slice(0, MAX_COUNTED_FILES).map(({ path, lines }) => `- \`${path}\`: ${countOf(lines.length)}`);
  const isMore = matches.length > MAX_COUNTED_FILES;
  const head = isMore ? `More than ${MAX_COUNTED_FILES} files hold` : `${matches.length} files hold`;
  const first20 = isMore ? `; the first ${MAX_COUNTED_FILES}` : '';
  const hint = isMore
    ? 'Too many: narrow the search with `file_path_or_pattern`.'
    : 'Hint: narrow the search with `file_path_or_pattern` to see line numbers.';
  return [`${remark}${head} the text${first20}:\n${files.join('\n')}\n${hint}`];
}

async function describeRanked(term: string, { chosen, all }: SearchScope, bounds: SearchBounds): Promise<string[]> {
  const { deadline } = bounds;
  const { chunks, isLate } = await findChunks(chosen.size > 0 ? chosen : all, term, MAX_RANKED, bounds);
  const late = isLate
    ? ['Not the words of all files were compared: narrow `file_path_or_pattern`, or ask for fewer terms at once.']
    : [];
  if (chunks.length === 0) return late;
  const shown = chunks.map(({ path, startLine, endLine, bestLine }) => {
    const file = all.get(path)!;
    const lines = linesOf(file.text);
    const definition = innermostAt(file, bestLine, deadline);
    const where = definition === undefined ? `\`${path}\`` : `\`${entityOf(path, definition).id}\``;
    const code = showLines(
      lines,
      Math.max(1, bestLine - LINES_AROUND_BEST),
      Math.min(lines.length, bestLine + LINES_AROUND_BEST),
    );
    return `${where} (lines ${definition?.startLine ?? startLine}-${definition?.endLine ?? endLine}):\n${code}`;
  });
  return ['No name and no line is the same. Most alike by their words:', ...shown, ...late];
}

const countOf = (lines: number): string => (lines === 1 ? '1 line' : `${lines} lines`);
