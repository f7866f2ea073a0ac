import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_ACTION_CHARACTERS } from '../cwm/action-limits.js';
import { LINE_EDIT_FORM, type LineEdit, readLineEdit } from './edit-command.js';
import { type Editor, type FileView, replied, viewOpenFile } from './editor.js';
import { linesOf } from './file-lines.js';
import type { Change, GuardedWriter } from './guarded-writer.js';
import { linesToInsert, replaceRange } from './replace-range.js';

export const RANGE_OF_LINES: Readonly<Record<'start_line' | 'end_line', z.ZodInt>> & {
  readonly replacement_text: z.ZodString;
} = {
  start_line: z.int().describe('the first line to replace'),
  end_line: z.int().describe('the last line to replace'),
  replacement_text: z.string().max(MAX_ACTION_CHARACTERS).describe('the new lines; if empty, the old ones go'),
};

/** What every policy must know of such edits. */
export const ABOUT_EDITS: string =
  'Write whole lines with their indentation. Without new lines the old ones are deleted; a start right after the last ' +
  'line appends.';

/** The tool that replaces lines of the open file, unless a linter finds that they break it. */
export function createEditTool(editor: Editor, writer: GuardedWriter): Tool<LineEdit> {
  return {
    name: 'edit',
    description: `Replaces the lines from start to end, both inclusive, of the open file. ${ABOUT_EDITS}${writer.about}`,
    input: z.strictObject(RANGE_OF_LINES),
    text: { description: `the range of lines, the new lines and an end mark:\n${LINE_EDIT_FORM}`, read: readLineEdit },
    async execute(edit, place) {
      const change = changeOf(await viewOpenFile(editor, place), edit);
      return 'text' in change ? replied(change.text) : writer.write(change, place);
    },
  };
}

/** What an edit makes of a file, or why it cannot. */
export function changeOf(view: FileView, edit: LineEdit): Change | { readonly text: string } {
  if (view.status !== 'read') return { text: view.text };
  const { path, file } = view;
  const problem = problemOf(edit, file.total);
  if (problem !== undefined) return { text: `Error: ${problem} Nothing was changed.` };
  const lines = linesToInsert(edit.replacement_text);
  const range = { first: edit.start_line, last: Math.min(edit.end_line, file.total), inserted: lines.length };
  return { path, before: file, after: linesOf(replaceRange(file, range.first, range.last, lines)), range };
}

function problemOf({ start_line: start, end_line: end }: LineEdit, total: number): string | undefined {
  if (start < 1) return 'start_line must be at least 1.';
  if (end < start) return 'end_line must not be less than start_line.';
  if (start > total + 1) return `start_line must be at most ${total + 1}, the line after the last one.`;
  return undefined;
}
