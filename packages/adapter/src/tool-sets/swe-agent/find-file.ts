import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { type Editor, replied, resolvePath } from './editor.js';
import { showPath } from './file-lines.js';
import { describeFailure, NO_DIRECTORY, namePath, runSearch } from './run-search.js';
import { splitWords } from './words.js';

export interface FindFileInput {
  readonly file_name: string;
  readonly dir?: string | undefined;
}

/** Files that are listed; the original lists any number. */
const MAX_FILES = 500;

// 1: directory, 2: glob. What cannot be read is left out.
const SCRIPT = `
cd -- "$1" 2>/dev/null || exit ${NO_DIRECTORY}
find . -type f -name "$2" -print0 2>/dev/null
exit 0
`;

/** The tool that finds files by their names. */
export function createFindFileTool(editor: Editor): Tool<FindFileInput> {
  return {
    name: 'find_file',
    description:
      'Finds all files of a name, which may be a glob such as *.py, in a directory and those below it. Default: the root ' +
      'of the repository.',
    input: z.strictObject({
      file_name: z.string().min(1).max(MAX_PATH_CHARACTERS).describe('the name of the file, or a glob for it'),
      dir: z.string().min(1).max(MAX_PATH_CHARACTERS).optional().describe('the directory to search in'),
    }),
    text: {
      description: 'the name or glob and optionally the directory, in quotes where they hold blanks: NAME [DIRECTORY]',
      read(text) {
        const [name, dir, ...more] = splitWords(text);
        if (name === undefined || more.length > 0) throw new Error('expected NAME [DIRECTORY].');
        return { file_name: name, ...(dir !== undefined && { dir }) };
      },
    },
    async execute({ file_name: name, dir = '.' }, place) {
      const directory = resolvePath(dir, place);
      const search = await runSearch(editor, place, SCRIPT, [directory, name]);
      const where = `${JSON.stringify(name)} in ${showPath(directory)}`;
      if (search.status === 'failed') return replied(describeFailure(search, where, dir));
      const paths = search.output.split('\0').slice(0, -1).sort();
      if (paths.length === 0) return replied(`No matches found for ${where}.`);
      const listed = paths.slice(0, MAX_FILES).map((path) => showPath(namePath(directory, path, place)));
      const left = paths.length - listed.length;
      return replied(
        `Found ${search.isCut ? 'more than ' : ''}${paths.length} matches for ${where}:`,
        ...listed,
        ...(left > 0 ? [`(${left} more)`] : []),
      );
    },
  };
}
