import { pythonStrip } from './python-strip.js';

const TAGS = ['<think>', '</think>', '<solution>', '</solution>'] as const;

export type Solution =
  | { readonly status: 'extracted'; readonly thought: string; readonly answer: string }
  | { readonly status: 'malformed'; readonly reason: 'tags' | 'no-thought' };

/**
 * Thought and answer of an output as SWE-RL demands it (facebookresearch/swe-rl, src/swerl/core/reward.py): each of the
 * four tags exactly once, and a thought that is not blank. The order of the tags is not looked at: where a closing tag
 * stands before its opening one, all that follows the opening one counts.
 */
export function extractSolution(output: string): Solution {
  if (!TAGS.every((tag) => isOnce(output, tag))) return { status: 'malformed', reason: 'tags' };
  const thought = between(output, '<think>', '</think>');
  if (thought === '') return { status: 'malformed', reason: 'no-thought' };
  return { status: 'extracted', thought, answer: between(output, '<solution>', '</solution>') };
}

function isOnce(text: string, tag: string): boolean {
  const place = text.indexOf(tag);
  return place !== -1 && text.indexOf(tag, place + tag.length) === -1;
}

function between(text: string, opening: string, closing: string): string {
  const start = text.indexOf(opening) + opening.length;
  const end = text.indexOf(closing, start);
  return pythonStrip(text.slice(start, end === -1 ? undefined : end));
}
