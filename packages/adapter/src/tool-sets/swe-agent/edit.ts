import { z } from 'zod';
import type { Tool, ToolOutcome, ToolPlace } from '../../tool.js';
import { MAX_ACTION_CHARACTERS } from '../cwm/action-limits.js';
import { LINE_EDIT_FORM, type LineEdit, readLineEdit } from './edit-command.js';
import { type Editor, filesOf, moveTo, replied, showWindow, viewOpenFile } from './editor.js';
import { type FileLines, linesOf, showPath } from './file-lines.js';
import { constrainCentre } from './file-window.js';
import { type EditedRange, type Finding, newFindings } from './lint-findings.js';
import type { Linter } from './linter.js';
import { linesToInsert, replaceRange } from './replace-range.js';

/** `new-findings`: SWE-agent v1.x; `any-finding`: v0.4, though the file was like that before; `none`: no check. */
export type LintRule = 'new-findings' | 'any-finding' | 'none';

const MAX_FINDINGS = 30;
/** Lines of a refused edit that are shown; the edit may be longer. */
const MAX_SHOWN_LINES = 200;
const RULE = '-'.repeat(49);

/** The tool that replaces lines of the open file, unless a linter finds that they break it. */
export function createEditTool(editor: Editor, linter: Linter, rule: LintRule): Tool<LineEdit> {
  let isLinterTold = rule === 'none';

  /** Says once which linter it is that checks, or that there is none. */
  async function tellLinter(place: ToolPlace): Promise<string[]> {
    if (isLinterTold) return [];
    isLinterTold = true;
    return [`(${await linter.describe(place)})`];
  }

  return {
    name: 'edit',
    description:
      'Replaces the lines from start to end, both inclusive, of the open file. Write whole lines with their indentation. ' +
      'Without new lines the old ones are deleted; a start right after the last line appends. ' +
      (rule === 'none'
        ? ''
        : 'Python files are checked afterwards: an edit with an error is not made, and the reply tells the error. The same ' +
          'edit again leads to the same error.'),
    input: z.strictObject({
      start_line: z.int().describe('the first line to replace'),
      end_line: z.int().describe('the last line to replace'),
      replacement_text: z.string().max(MAX_ACTION_CHARACTERS).describe('the new lines; if empty, the old ones go'),
    }),
    text: { description: `the range of lines, the new lines and an end mark:\n${LINE_EDIT_FORM}`, read: readLineEdit },
    async execute(edit, place): Promise<ToolOutcome> {
      const view = await viewOpenFile(editor, place);
      if (view.status !== 'read') return replied(view.text);
      const { path, file } = view;
      const problem = problemOf(edit, file.total);
      if (problem !== undefined) return replied(`Error: ${problem} Nothing was changed.`);
      const lines = linesToInsert(edit.replacement_text);
      const range = { first: edit.start_line, last: Math.min(edit.end_line, file.total), inserted: lines.length };
      const edited = linesOf(replaceRange(file, range.first, range.last, lines));
      const findings = await check(path, file, edited, range, place);
      const notes: string[] = path.endsWith('.py') ? await tellLinter(place) : [];
      if (findings === undefined) notes.push('(The edit could not be checked.)');
      else if (findings.length > 0) return replied(refusal(path, file, edited, range, findings), ...notes);
      const writing = await filesOf(editor, place).overwrite(path, edited.content);
      if (writing.status !== 'written') {
        const reason = writing.status === 'failed' ? writing.reason : 'it is gone';
        return replied(`Cannot write ${showPath(path)}: ${reason}. Look at what it holds now before you go on.`);
      }
      const centre = constrainCentre(range.first - 1, edited.total, editor.size.lines);
      return replied(moveTo(editor, path, edited, centre), UPDATED, ...notes);
    },
  };

  /** Empty: nothing speaks against the edit. Undefined: a linter should have said and did not. */
  async function check(
    path: string,
    before: FileLines,
    after: FileLines,
    range: EditedRange,
    place: ToolPlace,
  ): Promise<readonly Finding[] | undefined> {
    if (rule === 'none' || !path.endsWith('.py')) return [];
    const found = await linter.check(path, after.content, place);
    if (found === undefined || found.length === 0 || rule === 'any-finding') return found;
    const known = await linter.check(path, before.content, place);
    return known && newFindings(known, found, range);
  }
}

const UPDATED =
  'File updated. Review the changes: indentation, no lines twice, nothing missing. Edit the file again where it is not ' +
  'as it should be.';

function problemOf({ start_line: start, end_line: end }: LineEdit, total: number): string | undefined {
  if (start < 1) return 'start_line must be at least 1.';
  if (end < start) return 'end_line must not be less than start_line.';
  if (start > total + 1) return `start_line must be at most ${total + 1}, the line after the last one.`;
  return undefined;
}

/** What is wrong, what the edit would have led to and what is there, as SWE-agent shows them. */
function refusal(
  path: string,
  before: FileLines,
  after: FileLines,
  { first, last, inserted }: EditedRange,
  findings: readonly Finding[],
): string {
  const listed = findings
    .slice(0, MAX_FINDINGS)
    .map(({ line, column, text }) => `- line ${line}, column ${column}: ${text}`);
  const left = findings.length - listed.length;
  // Five lines around either, counted from the line before the range.
  const around = (file: FileLines, changed: number, extra: number): string => {
    const size = Math.min(changed + extra, MAX_SHOWN_LINES);
    const middle = Math.floor(Math.min(changed, MAX_SHOWN_LINES) / 2) + first - 1;
    return showWindow(path, file, constrainCentre(middle, file.total, size), size);
  };
  return [
    'The edit was not made, since the file would have errors:',
    '',
    'ERRORS:',
    ...listed,
    ...(left > 0 ? [`(${left} more)`] : []),
    '',
    'With your edit it would look like this:',
    RULE,
    around(after, inserted, 10),
    RULE,
    '',
    'This is what it looks like, unchanged:',
    RULE,
    around(before, last - first + 1, 10),
    RULE,
    'Correct the range of lines or the new lines and try again. The same edit would fail again.',
  ].join('\n');
}
