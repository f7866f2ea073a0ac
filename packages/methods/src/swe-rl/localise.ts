import { modeOf, type Snapshot } from '@swe-selfplay/artifact';
import { parseFileList } from './parse-file-list.js';
import type { SampledCompletion } from './sample-completions.js';

/** Files that some answers took for the cause. */
export interface Location {
  /** In the order of the first answer that named just these. */
  readonly files: readonly string[];
  /** How many answers named just these. */
  readonly votes: number;
}

/**
 * The unique sets of files that answers named, most votes first, of equally many the one that was named first (SWE-RL,
 * arXiv 2502.18449, App. B: file-level localisation by several samples). Of an answer its first `maxFiles` files count.
 */
export function locationsOf(snapshot: Snapshot, answers: readonly SampledCompletion[], maxFiles: number): Location[] {
  const located = new Map<string, { readonly files: readonly string[]; votes: number }>();
  for (const answer of answers) {
    if (answer.status !== 'answered') continue;
    const files = parseFileList(answer.text, (path) => modeOf(snapshot, path)).files.slice(0, maxFiles);
    if (files.length === 0) continue;
    const key = [...files].sort().join('\0');
    const location = located.get(key) ?? { files, votes: 0 };
    location.votes += 1;
    located.set(key, location);
  }
  return [...located.values()].sort((a, b) => b.votes - a.votes);
}
