import type { TreeSource } from '../../sandbox.js';
import { type HeldBase, holdBase } from './workspace-archive.js';

/** Bases by their digest, the least used ones forgotten. */
export interface BaseCache {
  /** Throws SandboxError `invalid-request` for a tree that no git repository could hold. */
  hold(source: TreeSource | undefined): Promise<HeldBase>;
}

const MAX_HELD_BYTES = 256 * 1024 ** 2;

export function createBaseCache(): BaseCache {
  const held = new Map<string, Promise<HeldBase>>();
  let bytes = 0;
  return {
    hold(source) {
      const digest = source?.digest ?? '';
      const known = held.get(digest);
      if (known !== undefined) {
        held.delete(digest); // The last in the map is the last used.
        held.set(digest, known);
        return known;
      }
      const holding = holdBase(source);
      held.set(digest, holding);
      holding.then(
        async (base) => {
          bytes += base.bytes;
          for (const [other, oldest] of held) {
            if (bytes <= MAX_HELD_BYTES || other === digest) break;
            held.delete(other);
            bytes -= (await oldest).bytes;
          }
        },
        () => held.delete(digest),
      );
      return holding;
    },
  };
}
