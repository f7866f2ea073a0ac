/** One edit of a file: lines to find and lines to put in their place, without the newline at the end. */
export interface SearchReplaceEdit {
  readonly search: string;
  readonly replace: string;
}

/** Path to edits; paths in the order of their first block, edits in the order of their blocks. */
export type SearchReplaceEdits = ReadonlyMap<string, readonly SearchReplaceEdit[]>;

const FENCE = '```';
const HEADING = '### ';
const OPENING = '<<<<<<< SEARCH\n';
const MIDDLE = '\n=======\n';
const CLOSING = '\n>>>>>>> REPLACE\n```';

/**
 * Reads the search/replace blocks of an answer as SWE-RL does (arXiv 2502.18449; facebookresearch/swe-rl,
 * src/swerl/core/reward.py), which is to say what `re.findall` of Python finds for three backticks, the rest of that line,
 * a line `### PATH`, a line `<<<<<<< SEARCH`, text, a line `=======`, text, a line `>>>>>>> REPLACE` and three backticks,
 * both texts as short as can be. Only \n ends a line; a path may be empty and is not to be trusted.
 *
 * Takes time linear in the text: a block without an end means that no later one has an end either.
 */
export function parseSearchReplace(text: string): SearchReplaceEdits {
  const edits = new Map<string, SearchReplaceEdit[]>();
  let position = 0;
  for (;;) {
    const fence = text.indexOf(FENCE, position);
    const lineEnd = fence === -1 ? -1 : text.indexOf('\n', fence + FENCE.length);
    if (lineEnd === -1) return edits;
    // Whether a block starts depends on the lines that follow, so other fences of this line cannot start one either.
    position = lineEnd + 1;
    if (!text.startsWith(HEADING, position)) continue;
    const pathEnd = text.indexOf('\n', position + HEADING.length);
    if (pathEnd === -1) return edits;
    if (!text.startsWith(OPENING, pathEnd + 1)) continue;
    const start = pathEnd + 1 + OPENING.length;
    const middle = text.indexOf(MIDDLE, start);
    const closing = middle === -1 ? -1 : text.indexOf(CLOSING, middle + MIDDLE.length);
    if (closing === -1) return edits;
    const path = text.slice(position + HEADING.length, pathEnd);
    const edit = { search: text.slice(start, middle), replace: text.slice(middle + MIDDLE.length, closing) };
    const ofPath = edits.get(path);
    if (ofPath === undefined) edits.set(path, [edit]);
    else ofPath.push(edit);
    position = closing + CLOSING.length;
  }
}
