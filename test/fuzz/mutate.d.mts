export interface Dice {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from 0 to below `bound`; 0 where the bound is none. */
  below(bound: number): number;
  pick<Item>(items: readonly Item[]): Item;
  chance(share: number): boolean;
}
export function createDice(seed: number): Dice;
export function mutateBytes(dice: Dice, bytes: Uint8Array, donor?: Uint8Array): Uint8Array;
