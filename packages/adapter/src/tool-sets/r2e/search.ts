import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { type Editor, resolvePath } from '../swe-agent/editor.js';
import { createSearchDirTool, MAX_TERM_CHARACTERS } from '../swe-agent/search-dir.js';
import { createSearchFileTool } from '../swe-agent/search-file.js';
import { splitWords } from '../swe-agent/words.js';
import { clipReply } from './clip-reply.js';

export interface SearchInput {
  readonly search_term: string;
  readonly path?: string | undefined;
}

/** The tool that searches a file, or counts in the files of a directory; of more than `maxFiles` it names none. */
export function createSearchTool(editor: Editor, maxFiles: number): Tool<SearchInput> {
  const searchDir = createSearchDirTool(editor, maxFiles);
  // Lines of a file are not bounded by number, but the reply is by its length.
  const searchFile = createSearchFileTool(editor, Number.MAX_SAFE_INTEGER);
  return {
    name: 'search',
    description:
      'Searches a file for lines with a term and shows them with their numbers, or the files of a directory and those ' +
      'below it, hidden ones left out, and tells how many such lines each has. The term is a basic regular expression, as ' +
      'grep takes it. Default: the root of the repository.',
    input: z.strictObject({
      search_term: z.string().min(1).max(MAX_TERM_CHARACTERS).describe('the term to search for'),
      path: z.string().min(1).max(MAX_PATH_CHARACTERS).optional().describe('the file or directory to search in'),
    }),
    text: {
      description: 'the term and optionally the file or directory, in quotes where they hold blanks: TERM [PATH]',
      read(text) {
        const [term, path, ...more] = splitWords(text);
        if (term === undefined || more.length > 0)
          throw new Error('expected TERM [PATH], each in quotes if it holds blanks.');
        return { search_term: term, ...(path !== undefined && { path }) };
      },
    },
    async execute({ search_term, path = '.' }, place) {
      const target = resolvePath(path, place);
      const isFile = ['test', '-f', target];
      const kind = target.includes('\0') ? undefined : await editor.shell.run({ argv: isFile }, place);
      const outcome =
        kind?.exitCode === 0
          ? await searchFile.execute({ search_term, file: target }, place)
          : await searchDir.execute({ search_term, dir: target }, place);
      return outcome.status === 'replied' ? { status: 'replied', text: clipReply(outcome.text) } : outcome;
    },
  };
}
