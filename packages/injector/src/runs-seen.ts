import type { TestRun } from '@swe-selfplay/evaluation';
import type { Evidence } from './evidence.js';

/** Every run of the evidence, and a name of its state for a sentence. */
export function runsSeen({
  original = [],
  buggy = [],
  weakened,
  reverted = [],
  neutral = [],
}: Evidence): { readonly state: string; readonly run: TestRun }[] {
  return [
    ...original.map((run) => ({ state: 'the original', run })),
    ...buggy.map((run) => ({ state: 'the buggy state', run })),
    ...(weakened === undefined ? [] : [{ state: 'the weakened state', run: weakened }]),
    ...reverted.map(({ paths, run }) => ({ state: `the buggy state without ${paths.join(', ')}`, run })),
    ...neutral.map(({ state, paths, run }) => ({ state: nameOfNeutral(state, paths), run })),
  ];
}

function nameOfNeutral(state: string, paths: readonly string[]): string {
  return `the ${state} state${paths.length === 0 ? '' : ` (${paths.join(', ')} put back)`} with comments added`;
}
