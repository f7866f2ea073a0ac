import { z } from 'zod';
import type { Tool } from '../../tool.js';
import { MAX_ACTION_CHARACTERS } from '../cwm/action-limits.js';
import { findAll } from '../cwm/find-all.js';
import { type Editor, replied, viewOpenFile } from './editor.js';
import { type FileLines, linesOf } from './file-lines.js';
import type { Change, GuardedWriter } from './guarded-writer.js';
import { splitWords } from './words.js';

export interface TextReplacement {
  readonly search: string;
  readonly replace: string;
  readonly replace_all?: boolean | undefined;
}

const MAX_PLACES = 100_000;
/** Of the file afterwards; no larger one can be opened again. */
const MAX_BYTES = 16 * 1024 ** 2;

/** The tool that replaces a text of the open file, wherever it stands in its lines: once, or each time. */
export function createReplaceTool(editor: Editor, writer: GuardedWriter): Tool<TextReplacement> {
  return {
    name: 'replace',
    description:
      'Replaces a text in the open file, which must match to the letter. Where it occurs more than once, nothing is ' +
      `replaced unless all occurrences are to be.${writer.about}`,
    input: z.strictObject({
      search: z.string().min(1).max(MAX_ACTION_CHARACTERS).describe('the text to replace'),
      replace: z.string().max(MAX_ACTION_CHARACTERS).describe('the text to put there'),
      replace_all: z.boolean().optional().describe('replace all occurrences; default: false'),
    }),
    text: {
      description:
        'the text to replace and the new one, each in quotes as a shell takes them, on any number of lines: ' +
        '[--replace-all] SEARCH REPLACE',
      read: readReplacement,
    },
    async execute(replacement, place) {
      const view = await viewOpenFile(editor, place);
      if (view.status !== 'read') return replied(view.text);
      const change = changeOf(view.path, view.file, replacement);
      return typeof change === 'string'
        ? replied(`Error: ${change} Nothing was changed.`)
        : writer.write(change, place);
    },
  };
}

function readReplacement(text: string): TextReplacement {
  const words = splitWords(text);
  const isAll = words[0] === '--replace-all';
  const [search, replace, ...more] = isAll ? words.slice(1) : words;
  if (search === undefined || replace === undefined || more.length > 0)
    throw new Error('expected [--replace-all] SEARCH REPLACE, each of the two in quotes if it holds blanks.');
  return { search, replace, ...(isAll && { replace_all: true }) };
}

/** Bytes are compared, whatever the file holds. */
function changeOf(
  path: string,
  before: FileLines,
  { search, replace, replace_all: isAll }: TextReplacement,
): Change | string {
  const text = Buffer.from(before.content).toString('latin1');
  const sought = Buffer.from(search).toString('latin1');
  const places = findAll(text, sought, isAll ? MAX_PLACES : 2);
  const [place] = places;
  if (place === undefined) return 'the text was not found in the open file.';
  if (places.length > 1 && !isAll) return 'the text occurs more than once; search for more of it, or replace all.';
  const inserted = Buffer.from(replace).toString('latin1');
  const length = text.length + places.length * (inserted.length - sought.length);
  if (places.length === MAX_PLACES || length > MAX_BYTES)
    return 'the file would become too large, or the text occurs too often.';
  const content: string[] = [];
  let copied = 0;
  for (const at of places) {
    // The places that are found may overlap.
    if (at < copied) continue;
    content.push(text.slice(copied, at), inserted);
    copied = at + sought.length;
  }
  const after = linesOf(Buffer.from(content.join('') + text.slice(copied), 'latin1'));
  const first = countLineFeeds(text.slice(0, place)) + 1;
  const last = countLineFeeds(text.slice(0, copied)) + 1;
  return { path, before, after, range: { first, last, inserted: after.total - before.total + last - first + 1 } };
}

function countLineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
