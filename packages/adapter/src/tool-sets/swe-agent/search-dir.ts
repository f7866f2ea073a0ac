import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { type Editor, replied, resolvePath } from './editor.js';
import { showPath } from './file-lines.js';
import { BAD_PATTERN, describeFailure, NO_DIRECTORY, namePath, runSearch } from './run-search.js';
import { splitWords } from './words.js';

export interface SearchDirInput {
  readonly search_term: string;
  readonly dir?: string | undefined;
}

export const MAX_TERM_CHARACTERS = 10_000;

// 1: directory, 2: term. Hidden files and directories below the directory are left out, and so are binary files; counts of
// none too, which in a large repository would be more than is read.
const SCRIPT = `
grep -e "$2" /dev/null
[ $? -le 1 ] || exit ${BAD_PATTERN}
cd -- "$1" 2>/dev/null || exit ${NO_DIRECTORY}
find . -name '.?*' -prune -o -type f -exec grep -IHsc -e "$2" -- {} + 2>/dev/null | grep -av ':0$'
exit 0
`;

/** The tool that tells which files of a directory hold lines with a term, and how many. */
export function createSearchDirTool(editor: Editor, maxFiles: number): Tool<SearchDirInput> {
  return {
    name: 'search_dir',
    description:
      'Searches all files in a directory and those below it, hidden ones left out, for lines with a term, and tells how ' +
      'many each has. Default: the root of the repository. The term is a basic regular expression, as grep takes it.',
    input: z.strictObject({
      search_term: z.string().min(1).max(MAX_TERM_CHARACTERS).describe('the term to search for'),
      dir: z.string().min(1).max(MAX_PATH_CHARACTERS).optional().describe('the directory to search in'),
    }),
    text: {
      description: 'the term and optionally the directory, in quotes where they hold blanks: TERM [DIRECTORY]',
      read(text) {
        const [term, dir, ...more] = splitWords(text);
        if (term === undefined || more.length > 0)
          throw new Error('expected TERM [DIRECTORY]. A term that holds blanks stands in quotes.');
        return { search_term: term, ...(dir !== undefined && { dir }) };
      },
    },
    async execute({ search_term: term, dir = '.' }, place) {
      const directory = resolvePath(dir, place);
      const search = await runSearch(editor, place, SCRIPT, [directory, term]);
      const where = `${JSON.stringify(term)} in ${showPath(directory)}`;
      if (search.status === 'failed') return replied(describeFailure(search, where, dir));
      const files = countsOf(search.output);
      if (files.length === 0) return replied(`No matches found for ${where}.`);
      if (files.length > maxFiles || search.isCut)
        return replied(
          `More than ${maxFiles} files matched for ${where} (${files.length}). Please narrow your search.`,
        );
      const total = files.reduce((sum, { count }) => sum + count, 0);
      const lines = files.map(({ path, count }) => `${showPath(namePath(directory, path, place))} (${count} matches)`);
      return replied(`Found ${total} matches for ${where}:`, ...lines.sort(), `End of matches for ${where}.`);
    },
  };
}

/** `./path:count` on each line. A path may hold line breaks, and one that is made to mislead misleads who made it. */
function countsOf(output: string): { readonly path: string; readonly count: number }[] {
  const files: { path: string; count: number }[] = [];
  let before = '';
  for (const line of output.split('\n')) {
    const text = line.startsWith('./') ? line : before + line;
    const [, path, count] = /^(\.\/.*):(\d+)$/s.exec(text) ?? [];
    if (path !== undefined) files.push({ path, count: Number(count) });
    before = path === undefined && text.startsWith('./') && text.length < MAX_PATH_CHARACTERS ? `${text}\n` : '';
  }
  return files;
}
