import type { Witness, WitnessedOutcome } from '@swe-selfplay/evaluation';
import { namesIn } from '@swe-selfplay/python';

/** Finds what the second witness saw of an id of a parser, whose spelling of ids is its own. */
export interface WitnessIndex {
  readonly names: readonly string[];
  outcome(name: string): WitnessedOutcome | undefined;
  /** The name that is spelled like an id. */
  exactly(id: string): string | undefined;
  /**
   * Names in the witness's spelling that an id stands for: the one that is spelled like it, or else all that hold each
   * word of it, as a lossy parser reports many tests under one id. None where it shares no spelling with the witness.
   */
  matching(id: string): readonly string[];
}

export function createWitnessIndex({ results }: Witness): WitnessIndex {
  const names = [...results.keys()];
  const bySpelling = new Map<string, string>();
  const byWord = new Map<string, string[]>();
  const words = new Map<string, ReadonlySet<string>>();
  for (const name of names) {
    const spelling = spellingOf(name);
    bySpelling.set(spelling, name);
    const own = namesIn(spelling);
    words.set(name, own);
    for (const word of own) {
      const holding = byWord.get(word);
      if (holding) holding.push(name);
      else byWord.set(word, [name]);
    }
  }
  const known = new Map<string, readonly string[]>();

  function find(id: string): readonly string[] {
    const exact = bySpelling.get(id);
    if (exact !== undefined) return [exact];
    const wanted = [...namesIn(id)];
    const rarest = wanted.map((word) => byWord.get(word) ?? []).sort((a, b) => a.length - b.length)[0] ?? [];
    return rarest.filter((name) => wanted.every((word) => words.get(name)!.has(word)));
  }

  return {
    names,
    outcome: (name) => results.get(name),
    exactly: (id) => bySpelling.get(id),
    matching(id) {
      const found = known.get(id) ?? find(id);
      known.set(id, found);
      return found;
    },
  };
}

/** Without the name of the framework that the witness puts before its ids. */
function spellingOf(name: string): string {
  return name.replace(/^(pytest|unittest) /, '');
}
