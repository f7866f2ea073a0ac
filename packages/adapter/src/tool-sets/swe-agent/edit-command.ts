import { readLineNumber } from './words.js';

export interface LineEdit {
  /** 1-based, both inclusive. */
  readonly start_line: number;
  readonly end_line: number;
  readonly replacement_text: string;
}

const END = 'end_of_edit';

export const LINE_EDIT_FORM: string = `START:END\nREPLACEMENT LINES\n${END}`;

/**
 * Reads an edit as SWE-agent's policies write it: the range on the first line, as `3:5` or `3 5`, then the new lines, if
 * any, and a last line with `end_of_edit`. Throws an Error that tells the model what was wrong.
 */
export function readLineEdit(text: string): LineEdit {
  const trimmed = text.trimEnd();
  const head = /^\s*(-?\d{1,15})(?:\s*:\s*|\s+)(-?\d{1,15})[ \t]*(?:\r?\n|$)/.exec(trimmed);
  if (head === null)
    throw new Error(`expected the range of lines first. Write the edit in this form:\n\n${LINE_EDIT_FORM}`);
  const rest = trimmed.slice(head[0].length);
  if (rest !== END && !rest.endsWith(`\n${END}`))
    throw new Error(`expected a last line with ${END}. Write the edit in this form:\n\n${LINE_EDIT_FORM}`);
  const [, start = '', end = ''] = head;
  return {
    start_line: readLineNumber(start),
    end_line: readLineNumber(end),
    replacement_text: rest.slice(0, -END.length),
  };
}
