import { checkedCount } from '../checked-numbers.js';
import { findOccurrences } from './find-occurrences.js';
import type { SearchReplaceEdit, SearchReplaceEdits } from './parse-search-replace.js';

/** Bounds on hostile edits, which the original does not have. */
export interface SearchReplaceLimits {
  /** Edits in all. Default 1000. */
  readonly maxEdits?: number;
  /** By how many UTF-16 units files may grow, all together and at any time. Default 1 000 000. */
  readonly maxGrowth?: number;
}

export type SearchReplaceOutcome =
  | {
      readonly status: 'applied';
      /** The new content of every file that edits name, whether or not it differs. */
      readonly files: ReadonlyMap<string, string>;
    }
  | {
      readonly status: 'refused';
      readonly reason: 'identical' | 'not-found' | 'too-large';
      readonly path: string;
    };

/**
 * Applies edits as SWE-RL does (facebookresearch/swe-rl, src/swerl/core/reward.py): in order, each to what the ones
 * before left; lines are searched from the start of a line on but may end amid one; ALL occurrences are replaced; a path
 * that `contents` lacks is an empty file, so an edit that searches for nothing creates it. An edit whose two sides are
 * equal or whose lines are not found refuses the whole.
 *
 * `contents`: path to content. Takes time linear in the files, for each edit. Throws RewardError `count-out-of-range` for
 * limits that cannot be, and for nothing that edits say.
 */
export function applySearchReplace(
  contents: ReadonlyMap<string, string>,
  edits: SearchReplaceEdits,
  { maxEdits = 1000, maxGrowth = 1_000_000 }: SearchReplaceLimits = {},
): SearchReplaceOutcome {
  checkedCount('maxEdits', maxEdits);
  checkedCount('maxGrowth', maxGrowth);
  const files = new Map<string, string>();
  let count = 0;
  let growth = maxGrowth;
  for (const [path, ofPath] of edits) {
    count += ofPath.length;
    if (count > maxEdits) return { status: 'refused', reason: 'too-large', path };
    const original = contents.get(path) ?? '';
    let content = `\n${original}`;
    for (const edit of ofPath) {
      const edited = applyEdit(content, edit, original.length + 1 + growth);
      if (edited.status === 'refused') return { ...edited, path };
      content = edited.content;
    }
    growth -= Math.max(0, content.length - 1 - original.length);
    files.set(path, content.slice(1));
  }
  return { status: 'applied', files };
}

type EditOutcome =
  | { readonly status: 'edited'; readonly content: string }
  | { readonly status: 'refused'; readonly reason: 'identical' | 'not-found' | 'too-large' };

function applyEdit(content: string, { search, replace }: SearchReplaceEdit, maxLength: number): EditOutcome {
  if (search === replace) return { status: 'refused', reason: 'identical' };
  const places = findOccurrences(content, `\n${search}`);
  if (places.length === 0) return { status: 'refused', reason: 'not-found' };
  const length = content.length + places.length * (replace.length - search.length);
  if (length > maxLength) return { status: 'refused', reason: 'too-large' };
  const parts: string[] = [];
  let end = 0;
  for (const place of places) {
    parts.push(content.slice(end, place), '\n', replace);
    end = place + 1 + search.length;
  }
  return { status: 'edited', content: parts.join('') + content.slice(end) };
}
