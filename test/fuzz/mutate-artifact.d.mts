import type { Dice } from './mutate.mjs';

export interface ArtifactMutant {
  readonly kind: string;
  readonly files: Record<string, Uint8Array>;
  /** What stands on the disk in place of a file. */
  readonly onDisk?: { readonly file: string; readonly what: string };
}
export const FILES: readonly string[];
export function mutateArtifact(
  dice: Dice,
  base: Readonly<Record<string, Uint8Array>>,
  others: readonly Readonly<Record<string, Uint8Array>>[],
  runsAnew: boolean,
): ArtifactMutant;
