import { definedNames, normaliseSource, wordsOf } from '@swe-selfplay/python';

/** What every lone test function is called in the normal form. */
const CANONICAL_NAME = 'test_issue';

/**
 * A reproduction test as it is compared in votes (SWE-Swiss, evaluation/agentless: tests are unparsed without comments
 * and docstrings and get a canonical name before they are counted). Functions whose name begins with `test` are called
 * `test_issue`, from the second one on with a number; where such a name is taken by something else, names stay as they
 * are. A test that does not parse is compared as it is, white space at both ends apart.
 */
export function normaliseTest(source: string): string {
  const names = [...new Set(definedNames(source))].filter((name) => /^test/i.test(name));
  const renamed = new Map(names.map((name, index) => [name, canonicalName(index)]));
  const words = new Set(wordsOf(source));
  const isTaken = [...renamed.values()].some((name) => words.has(name) && !renamed.has(name));
  return normaliseSource(source, isTaken ? {} : { renamed }).text.trim();
}

function canonicalName(index: number): string {
  return index === 0 ? CANONICAL_NAME : `${CANONICAL_NAME}_${index + 1}`;
}

/** How often each normal form was written, and by whom first. */
export interface TestVote {
  readonly key: string;
  readonly votes: number;
  /** Index of the first one in the list that was counted. */
  readonly first: number;
}

/** Normal forms by votes, most first; of equally many the one that was written first (SWE-Swiss: the earliest). */
export function countTestVotes(keys: readonly string[]): TestVote[] {
  const counted = new Map<string, { votes: number; readonly first: number }>();
  for (const [index, key] of keys.entries()) {
    const vote = counted.get(key) ?? { votes: 0, first: index };
    vote.votes += 1;
    counted.set(key, vote);
  }
  return [...counted].map(([key, vote]) => ({ key, ...vote })).sort((a, b) => b.votes - a.votes || a.first - b.first);
}
