import { type Removal, removalsOf } from '@swe-selfplay/python';
import type { Place } from '../procedural/source-code.js';
import type { Strategy } from '../strategy.js';
import { proposalOf } from './mutation.js';

export interface RemovalOptions {
  /** Most files that lose code in one bug, at least 1; the seed decides how many. Default 3. */
  readonly maxFiles?: number;
}

/** Takes code out of functions and leaves just enough for the rest to be imported and called. */
export function removal({ maxFiles = 3 }: RemovalOptions = {}): Strategy {
  return {
    name: 'removal',
    async propose(code, random) {
      const count = 1 + random.integer(maxFiles);
      const chosen: { place: Place; edit: Removal }[] = [];
      for (let index = 0; index < count; index += 1) {
        const otherThan = new Set(chosen.map(({ place }) => place.file));
        const place = await code.pickPlace(random, { otherThan });
        const removals = place ? removalsOf(place.definition, place.module) : [];
        if (!place || removals.length === 0) continue;
        // First a kind, then one of its removals: long functions have many branches but one body.
        const kind = random.pick([...new Set(removals.map(({ operator }) => operator))]);
        chosen.push({ place, edit: random.pick(removals.filter(({ operator }) => operator === kind)) });
      }
      return chosen.length > 0 ? proposalOf(chosen) : undefined;
    },
  };
}
