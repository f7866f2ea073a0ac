import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_PATH_CHARACTERS } from '../cwm/action-limits.js';
import { type Editor, NO_OPEN_FILE, replied, resolvePath } from './editor.js';
import { readableLine, showPath } from './file-lines.js';
import { BAD_PATTERN, describeFailure, NO_FILE, runSearch } from './run-search.js';
import { MAX_TERM_CHARACTERS } from './search-dir.js';
import { splitWords } from './words.js';

export interface SearchFileInput {
  readonly search_term: string;
  readonly file?: string | undefined;
}

// 1: file, 2: term, 3: most lines that are shown. First the number of matching lines, then they, unless they are more.
const SCRIPT = `
grep -e "$2" /dev/null
[ $? -le 1 ] || exit ${BAD_PATTERN}
[ -f "$1" ] || exit ${NO_FILE}
count=$(grep -ac -e "$2" -- "$1")
[ $? -le 1 ] || exit 2
echo "$count"
[ "$count" -gt "$3" ] || grep -an -e "$2" -- "$1" || true
`;

/**
 * The tool that shows the lines of a file with a term. Above `maxLines` lines it asks to narrow the search: in SWE-agent
 * v0.4.0 and v1.x names of files are counted instead, so that the limit never holds; here it does, as it was meant.
 */
export function createSearchFileTool(editor: Editor, maxLines: number): Tool<SearchFileInput> {
  return {
    name: 'search_file',
    description:
      'Searches a file for lines with a term and shows them with their numbers. Default: the open file. The term is a ' +
      'basic regular expression, as grep takes it.',
    input: z.strictObject({
      search_term: z.string().min(1).max(MAX_TERM_CHARACTERS).describe('the term to search for'),
      file: z.string().min(1).max(MAX_PATH_CHARACTERS).optional().describe('the file to search in'),
    }),
    text: {
      description: 'the term and optionally the file, in quotes where they hold blanks: TERM [FILE]',
      read(text) {
        const [term, file, ...more] = splitWords(text);
        if (term === undefined || more.length > 0)
          throw new Error('expected TERM [FILE]. A term that holds blanks stands in quotes.');
        return { search_term: term, ...(file !== undefined && { file }) };
      },
    },
    async execute({ search_term: term, file }, place) {
      const path = file === undefined ? editor.open?.path : resolvePath(file, place);
      if (path === undefined) return replied(NO_OPEN_FILE);
      const search = await runSearch(editor, place, SCRIPT, [path, term, String(maxLines)]);
      const where = `${JSON.stringify(term)} in ${showPath(path)}`;
      if (search.status === 'failed') return replied(describeFailure(search, where, file ?? path));
      const [first = '', ...found] = search.output.split('\n');
      const count = Number(first);
      if (count === 0) return replied(`No matches found for ${where}.`);
      if (count > maxLines)
        return replied(`More than ${maxLines} lines matched for ${where} (${count}). Please narrow your search.`);
      const lines = found.filter((line) => line !== '').map((line) => `Line ${readableLine(Buffer.from(line))}`);
      const cut = search.isCut ? ['[... more than can be shown]'] : [];
      return replied(`Found ${count} matches for ${where}:`, ...lines, ...cut, `End of matches for ${where}.`);
    },
  };
}
