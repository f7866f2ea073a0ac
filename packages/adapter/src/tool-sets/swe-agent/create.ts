import { posix } from 'node:path';
import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { type Editor, filesOf, moveTo, replied, resolvePath, viewFile } from './editor.js';
import { showPath } from './file-lines.js';
import { placeOpening } from './file-window.js';
import { splitWords } from './words.js';

/** The tool that makes a file of one empty line and opens it; a file that is there is only opened. */
export function createCreateTool(editor: Editor): Tool<{ filename: string }> {
  return {
    name: 'create',
    description:
      'Creates and opens a new file, which holds one empty line; write it with edit. Its directory must exist. Relative ' +
      'paths start at the root of the repository, whatever the directory of the bash session.',
    input: z.strictObject({
      filename: z.string().min(1).max(MAX_PATH_CHARACTERS).describe('the file, which must not exist'),
    }),
    text: {
      description: 'the path of the file, in quotes where it holds blanks',
      read(text) {
        const [filename, ...more] = splitWords(text);
        if (filename === undefined || more.length > 0)
          throw new Error('expected one path, in quotes if it holds blanks.');
        return { filename };
      },
    },
    async execute({ filename }, place) {
      const path = resolvePath(filename, place);
      const writing = await filesOf(editor, place).create(path, Buffer.from('\n'));
      const named = showPath(filename);
      if (writing.status === 'no-directory')
        return replied(`Error: the directory ${showPath(posix.dirname(path))} does not exist.`);
      if (writing.status === 'failed') return replied(`Error: cannot create ${named}: ${writing.reason}.`);
      const error = writing.status === 'exists' ? [`Error: ${named} already exists.`] : [];
      const view = await viewFile(editor, place, path, filename);
      if (view.status !== 'read') return replied(...error, view.text);
      const { centre } = placeOpening(undefined, view.file.total, editor.size);
      return replied(...error, moveTo(editor, path, view.file, centre));
    },
  };
}
