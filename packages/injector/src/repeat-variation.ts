import type { RunVariation } from '@swe-selfplay/evaluation';
import type { ValidationRules } from './validation-rules.js';

/** Far from each other and from UTC; in one of them it is another day than in another at any time. */
const TIME_ZONES = ['Pacific/Kiritimati', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Pago_Pago'];

/**
 * What repeat number `repeat` does otherwise, besides its hash seed, which is its number. The first changes nothing: all
 * other states are run as it is.
 */
export function repeatVariation(
  repeat: number,
  { varyOrder, varyTimeZone }: Pick<ValidationRules, 'varyOrder' | 'varyTimeZone'>,
): RunVariation | undefined {
  if (repeat === 0 || !(varyOrder || varyTimeZone)) return undefined;
  return {
    ...(varyOrder && { order: repeat % 2 === 1 ? 'reversed' : 'shuffled' }),
    ...(varyTimeZone && { timeZone: TIME_ZONES[(repeat - 1) % TIME_ZONES.length]! }),
  };
}
