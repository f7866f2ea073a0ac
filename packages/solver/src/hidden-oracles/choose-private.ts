import { createRandom } from '@swe-selfplay/artifact';
import type { OracleUnit } from './find-units.js';
import type { HiddenOracleRequest } from './hidden-oracles.js';

/**
 * Draws units until no further one fits into the share of `total` ids; at least one where that leaves an id public. The
 * order of the draw is the seed's.
 */
export function choosePrivate(
  units: readonly OracleUnit[],
  total: number,
  { share, seed }: HiddenOracleRequest,
): OracleUnit[] {
  const wanted = Math.min(Math.max(1, Math.round(share * total)), total - 1);
  const drawn = createRandom(seed).fork('hidden oracles').shuffle(units);
  const chosen: OracleUnit[] = [];
  let count = 0;
  for (const unit of drawn) {
    if (count + unit.ids.length > wanted) continue;
    chosen.push(unit);
    count += unit.ids.length;
  }
  if (chosen.length > 0) return chosen;
  const smallest = drawn.reduce<OracleUnit | undefined>(
    (least, unit) => (least && least.ids.length <= unit.ids.length ? least : unit),
    undefined,
  );
  return smallest && smallest.ids.length < total ? [smallest] : [];
}
