import { z } from 'zod';

/** What a code search is asked, in the words of SkyRL-Agent. */
export interface CodeSearchInput {
  readonly search_terms?: readonly string[] | undefined;
  readonly line_nums?: readonly number[] | undefined;
  readonly file_path_or_pattern?: string | undefined;
}

export const ALL_PYTHON_FILES = '**/*.py';

const MAX_TERMS = 20;
const MAX_TERM_CHARACTERS = 500;
const MAX_LINES = 50;
const MAX_PATTERN_CHARACTERS = 300;

export const codeSearchInput: z.ZodType<CodeSearchInput> = z.strictObject({
  search_terms: z
    .array(z.string().min(1).max(MAX_TERM_CHARACTERS))
    .max(MAX_TERMS)
    .optional()
    .describe('names such as Stack or Stack.push, ids such as shop/stack.py:Stack.push, or pieces of code'),
  line_nums: z
    .array(z.int().min(1))
    .max(MAX_LINES)
    .optional()
    .describe('line numbers to look at in the one file that file_path_or_pattern names'),
  file_path_or_pattern: z
    .string()
    .min(1)
    .max(MAX_PATTERN_CHARACTERS)
    .optional()
    .describe(
      `the file, a part of its path, or a pattern such as shop/*.py, to search in; default ${ALL_PYTHON_FILES}`,
    ),
});

export const TEXT_FORM: string =
  'lines such as "term: Stack.push" (one for each term), "lines: 10, 25" and "path: shop/stack.py", each optional; a line ' +
  'without such a word before it is a term';

const KEYED = /^\s*(terms?|search_terms|lines?|line_nums|path|file_path_or_pattern)\s*:(?!:)(.*)$/i;

/** Reads a search from the one text of a call. Throws an Error that tells the model what was wrong. */
export function readSearchText(text: string): CodeSearchInput {
  const terms: string[] = [];
  const lines: number[] = [];
  let path: string | undefined;
  for (const line of text.split('\n')) {
    const [, key = 'term', keyed] = KEYED.exec(line) ?? [];
    const value = (keyed ?? line).trim();
    if (value === '') continue;
    if (/^(terms?|search_terms)$/i.test(key)) {
      terms.push(...termsIn(value));
    } else if (/^line/i.test(key)) {
      const words = value.split(/[\s,[\]]+/).filter((word) => word !== '');
      const wrong = words.find((word) => !/^\d{1,9}$/.test(word));
      if (wrong !== undefined) throw new Error(`expected line numbers, got ${JSON.stringify(wrong.slice(0, 100))}.`);
      lines.push(...words.map(Number));
    } else if (path === undefined) {
      path = value;
    } else {
      throw new Error('expected one path.');
    }
  }
  return {
    ...(terms.length > 0 && { search_terms: terms }),
    ...(lines.length > 0 && { line_nums: lines }),
    ...(path !== undefined && { file_path_or_pattern: path }),
  };
}

/** One term, or a list of them in JSON. */
function termsIn(value: string): string[] {
  if (!value.startsWith('["')) return [value];
  try {
    return z.array(z.string()).parse(JSON.parse(value));
  } catch {
    return [value];
  }
}
