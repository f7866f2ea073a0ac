import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accepted, asPrinted, mutationsOf, parsed, snapshots } from '../test-support/patches.js';
import { applyPatch } from './apply-patch.js';
import { composePatches } from './compose-patches.js';
import { diffSnapshots } from './diff-snapshots.js';
import { parsePatch } from './parse-patch.js';
import { printPatch } from './print-patch.js';
import { reversePatch, reversePatchOn } from './reverse-patch.js';
import type { Snapshot } from './snapshot.js';

const RUNS = { numRuns: 400 };

test('the diff of two snapshots leads from one to the other, and its reverse back', async () => {
  await fc.assert(
    fc.asyncProperty(snapshots, fc.boolean(), async ([from, to], renames) => {
      const patch = await diffSnapshots(from, to, { renames });
      expect(accepted(await applyPatch(from, patch)).snapshot.digest).toBe(to.digest);
      const reversal = accepted(reversePatch(patch));
      expect(accepted(await applyPatch(to, reversal.patch)).snapshot.digest).toBe(from.digest);
      expect(accepted(reversePatch(reversal.patch)).patch).toEqual(patch);
    }),
    RUNS,
  );
});

test('a printed patch reads as the same patch, forward and reversed', async () => {
  await fc.assert(
    fc.asyncProperty(snapshots, fc.boolean(), async ([from, to], renames) => {
      const patch = await diffSnapshots(from, to, { renames });
      fc.pre(patch.files.length > 0);
      const reversed = accepted(reversePatch(patch)).patch;
      for (const each of [patch, reversed]) expect(parsed(printPatch(each))).toEqual(each);
    }),
    RUNS,
  );
});

test('two patches composed do in one what they do in turn', async () => {
  await fc.assert(
    fc.asyncProperty(snapshots, async ([from, to, target]) => {
      const patches = [await diffSnapshots(from, to), await diffSnapshots(to, target)];
      const { patch } = accepted(await composePatches(from, patches));
      expect(accepted(await applyPatch(from, patch)).snapshot.digest).toBe(target.digest);
      const back = accepted(await composePatches(to, [accepted(reversePatch(patches[0]!)).patch, patches[0]!]));
      expect(back.patch.files).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('damaged patches are read or refused and never throw', async () => {
  await fc.assert(
    fc.asyncProperty(snapshots, fc.gen(), async ([from, to], generate) => {
      const printed = printPatch(await diffSnapshots(from, to, { renames: true }));
      fc.pre(printed.length > 0);
      for (const damaged of generate(manyMutationsOf, printed)) await checkDamaged(damaged, from);
    }),
    { numRuns: 150 },
  );
});

test('random text is refused', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('diff --git ', 'diff --git a/x b/x\nrename from x\n'),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (pieces) => {
      expect(parsePatch(new TextEncoder().encode(pieces.join('\n'))).status).toBe('refused');
    }),
    RUNS,
  );
});

function manyMutationsOf(printed: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(mutationsOf(printed), { minLength: 20, maxLength: 20 });
}

async function checkDamaged(damaged: Uint8Array, from: Snapshot): Promise<void> {
  const parse = parsePatch(damaged);
  if (parse.status === 'refused') {
    expect(parse.reason).toMatch(/\.$/);
    return;
  }
  // Whatever the parser takes, the printer can write, and it means the same.
  expect(parsed(printPatch(parse.patch))).toEqual(asPrinted(parse.patch));
  const application = await applyPatch(from, parse.patch);
  if (application.status === 'refused') return;
  const reversal = accepted(await reversePatchOn(from, parse.patch));
  expect(accepted(await applyPatch(application.snapshot, reversal.patch)).snapshot.digest).toBe(from.digest);
}
