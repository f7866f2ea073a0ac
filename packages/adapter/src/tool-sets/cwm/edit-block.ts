export interface Edit {
  readonly path: string;
  readonly search: string;
  readonly replace: string;
}

const SEARCH = '\n<<<<<<< SEARCH\n';
const DIVIDER = '\n=======\n';
const REPLACE = '\n>>>>>>> REPLACE';

export const EDIT_FORM: string = `PATH${SEARCH}SEARCH LINES${DIVIDER}REPLACEMENT LINES${REPLACE}`;

/**
 * Reads the one edit of a text, which is what `(.*)\n<<<<<<< SEARCH\n([\s\S]*?)\n=======\n([\s\S]*?)\n>>>>>>> REPLACE`
 * matches, in time linear in the text. Throws an Error that tells the model what was wrong.
 */
export function readEditBlock(text: string): Edit {
  const first = blockFrom(text, 0);
  if (first === undefined) throw new Error(`no edit was found. Write it in this form:\n\n${EDIT_FORM}`);
  let count = 1;
  for (let next = blockFrom(text, first.end); next !== undefined; next = blockFrom(text, next.end)) count += 1;
  if (count > 1) throw new Error(`Only one search/replace block is allowed. Got: ${count}.`);
  return first.edit;
}

function blockFrom(text: string, start: number): { readonly edit: Edit; readonly end: number } | undefined {
  const search = text.indexOf(SEARCH, start);
  if (search === -1) return undefined;
  const searchStart = search + SEARCH.length;
  const divider = text.indexOf(DIVIDER, searchStart);
  if (divider === -1) return undefined;
  const replaceStart = divider + DIVIDER.length;
  const end = text.indexOf(REPLACE, replaceStart);
  if (end === -1) return undefined;
  const path = text.slice(Math.max(start, text.lastIndexOf('\n', search - 1) + 1), search);
  const edit = { path, search: text.slice(searchStart, divider), replace: text.slice(replaceStart, end) };
  return { edit, end: end + REPLACE.length };
}
