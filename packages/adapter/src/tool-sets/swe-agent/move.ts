import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { type Editor, moveTo, replied, viewOpenFile } from './editor.js';
import { placeLine, placeScroll } from './file-window.js';
import { readLineNumber } from './words.js';

/** The tool that shows another place of the open file. */
export function createGotoTool(editor: Editor): Tool<{ line_number: number }> {
  return {
    name: 'goto',
    description: 'Moves the window of the open file to a line.',
    input: z.strictObject({ line_number: z.int().min(1).describe('the line to show') }),
    text: {
      description: 'the number of the line to show',
      read: (text) => ({ line_number: readLineNumber(text.trim()) }),
    },
    async execute({ line_number: line }, place) {
      const view = await viewOpenFile(editor, place);
      if (view.status !== 'read') return replied(view.text);
      const { path, file } = view;
      if (line > file.total) return replied(`Error: line_number must be less than or equal to ${file.total}.`);
      return replied(moveTo(editor, path, file, placeLine(line, file.total, editor.size)));
    },
  };
}

/** A tool that moves the window of the open file up or down by its size less the overlap. */
export function createScrollTool(editor: Editor, direction: 'up' | 'down'): Tool<Record<string, never>> {
  const { lines, overlap } = editor.size;
  return {
    name: `scroll_${direction}`,
    description: `Moves the window of the open file ${direction} by ${lines - overlap} lines.`,
    input: z.strictObject({}),
    text: { description: 'anything, such as a dot', read: () => ({}) },
    async execute(_, place) {
      const view = await viewOpenFile(editor, place);
      if (view.status !== 'read') return replied(view.text);
      const { path, file } = view;
      const centre = editor.open?.centre ?? 0;
      return replied(
        moveTo(editor, path, file, placeScroll(centre, direction === 'down' ? 1 : -1, file.total, editor.size)),
      );
    },
  };
}
