import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { type Editor, moveTo, replied, resolvePath, viewFile } from './editor.js';
import { placeOpening } from './file-window.js';
import { readLineNumber, splitWords } from './words.js';

export interface OpenInput {
  readonly path: string;
  readonly line_number?: number | undefined;
}

/** The tool that shows a file, at its beginning or around a line. */
export function createOpenTool(editor: Editor): Tool<OpenInput> {
  return {
    name: 'open',
    description:
      `Opens a file and shows ${editor.size.lines} lines of it, with their numbers: its beginning, or those around a ` +
      'line. Relative paths start at the root of the repository, whatever the directory of the bash session.',
    input: z.strictObject({
      path: z.string().min(1).max(MAX_PATH_CHARACTERS).describe('the file to open'),
      line_number: z.int().optional().describe('the line to show; default: the beginning of the file'),
    }),
    text: {
      description:
        'the path, in quotes where it holds blanks, and optionally the number of the line to show: PATH [LINE]',
      read: readOpenInput,
    },
    async execute({ path, line_number: line }, place) {
      const view = await viewFile(editor, place, resolvePath(path, place), path);
      if (view.status !== 'read') {
        const hint = view.status === 'failed' ? ' Only files can be opened; bash lists directories.' : '';
        return replied(view.text + hint);
      }
      const { centre, adjusted } = placeOpening(line, view.file.total, editor.size);
      const window = moveTo(editor, view.path, view.file, centre);
      if (adjusted === undefined || line === undefined) return replied(window);
      const problem =
        line < 1 ? 'is less than 1' : `is greater than the number of lines in the file (${view.file.total})`;
      return replied(
        `Warning: line_number (${line}) ${problem}.`,
        `Warning: line_number is set to ${adjusted}.`,
        window,
      );
    },
  };
}

function readOpenInput(text: string): OpenInput {
  const [path, line, ...more] = splitWords(text);
  if (path === undefined || more.length > 0)
    throw new Error('expected PATH [LINE]. A path that holds blanks stands in quotes.');
  return line === undefined ? { path } : { path, line_number: readLineNumber(line) };
}
