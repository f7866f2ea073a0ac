import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { ABOUT_EDITS, changeOf, RANGE_OF_LINES } from './edit.js';
import { LINE_EDIT_FORM, type LineEdit, readLineEdit } from './edit-command.js';
import { type Editor, replied, resolvePath, viewFile, viewOpenFile } from './editor.js';
import type { GuardedWriter } from './guarded-writer.js';
import { splitWords } from './words.js';

export interface FileEdit extends LineEdit {
  readonly file?: string | undefined;
}

/** The edit of SWE-agent that also takes a file, which is open afterwards. */
export function createNebiusEditTool(editor: Editor, writer: GuardedWriter): Tool<FileEdit> {
  return {
    name: 'edit',
    description: `Replaces the lines from start to end, both inclusive, of a file; default: the open file. ${ABOUT_EDITS}${writer.about}`,
    input: z.strictObject({
      file: z.string().min(1).max(MAX_PATH_CHARACTERS).optional().describe('the file to edit'),
      ...RANGE_OF_LINES,
    }),
    text: {
      description: `the range of lines, before it optionally the file, then the new lines and an end mark:\n[--file FILE] ${LINE_EDIT_FORM}`,
      read: readFileEdit,
    },
    async execute({ file, ...edit }, place) {
      const view =
        file === undefined
          ? await viewOpenFile(editor, place)
          : await viewFile(editor, place, resolvePath(file, place), file);
      const change = changeOf(view, edit);
      return 'text' in change ? replied(change.text) : writer.write(change, place);
    },
  };
}

function readFileEdit(text: string): FileEdit {
  const [line = ''] = text.trimStart().split('\n', 1);
  if (!/^--file(\s|=)/.test(line)) return readLineEdit(text);
  const words = splitWords(line.replace(/^--file=?/, ''));
  const [file] = words;
  const range = words.slice(1).join(' ');
  if (file === undefined || range === '') throw new Error(`expected [--file FILE] ${LINE_EDIT_FORM}`);
  return { file, ...readLineEdit(range + text.trimStart().slice(line.length)) };
}
