import { isUtf8 } from 'node:buffer';
import {
  applyPatch,
  changedPaths,
  createSnapshot,
  diffSnapshots,
  type FileEntry,
  memoryBase,
  parsePatch,
  printPatch,
  readFile,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { isModulePath, normaliseSource } from '@swe-selfplay/python';

/** What a patch comes to. `refused`: it does not parse or does not apply, so it is no patch to vote for. */
export type NormalisedPatch =
  | {
      readonly status: 'normalised';
      /** A diff of normal forms; empty where nothing but comments, docstrings and layout is changed. */
      readonly text: string;
    }
  | { readonly status: 'refused'; readonly reason: string };

/**
 * The patch as it is compared in votes (SWE-Swiss, evaluation/agentless/repair: patches are normalised before they are
 * counted): applied to the task, with every changed Python file in its normal form on both sides, see `normaliseSource`.
 * Equal texts on one snapshot mean equal changes but for comments, docstrings and layout. A file that has no normal form
 * on one of its sides is compared as it is, and so are all files that are no Python, and the rest of a patch that has taken
 * `timeoutMs` (default ten seconds).
 */
export async function normalisePatch(
  snapshot: Snapshot,
  predPatch: Uint8Array,
  { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {},
): Promise<NormalisedPatch> {
  if (predPatch.length === 0) return { status: 'normalised', text: '' };
  const parsed = parsePatch(predPatch);
  if (parsed.status === 'refused') {
    return parsed.code === 'empty' ? { status: 'normalised', text: '' } : { status: 'refused', reason: parsed.reason };
  }
  const applied = await applyPatch(snapshot, parsed.patch);
  if (applied.status === 'refused') return { status: 'refused', reason: applied.reason };
  return { status: 'normalised', text: await normalisedDiff(snapshot, applied.snapshot, timeoutMs) };
}

/** Each file is parsed in bounded time, but a hostile patch may have thousands that take all of it. */
async function normalisedDiff(from: Snapshot, to: Snapshot, timeoutMs: number): Promise<string> {
  const before: [string, FileEntry][] = [];
  const after: [string, FileEntry | null][] = [];
  const startedAt = performance.now();
  for (const path of changedPaths(from, to)) {
    const sides = [await readFile(from, path), await readFile(to, path)] as const;
    const isInTime = performance.now() - startedAt < timeoutMs;
    const [old, next] = isInTime ? normalisedSides(path, ...sides) : sides;
    if (old) before.push([path, old]);
    after.push([path, next ?? null]);
  }
  const base = createSnapshot(memoryBase(Object.fromEntries(before)));
  const diff = printPatch(await diffSnapshots(base, withFiles(base, after)));
  // Other bytes must not become equal by being replaced; a diff never begins like this.
  return isUtf8(diff) ? Buffer.from(diff).toString('utf8') : `bytes\n${Buffer.from(diff).toString('latin1')}`;
}

type Side = FileEntry | undefined;

/** Both sides in their normal form, or both as they are: a file whose one side is broken differs by what was changed. */
function normalisedSides(path: string, before: Side, after: Side): readonly [Side, Side] {
  if (!isModulePath(path)) return [before, after];
  const sides = [before, after].map((side) => side && normalised(side));
  return sides.includes(null) ? [before, after] : [sides[0] ?? undefined, sides[1] ?? undefined];
}

function normalised({ mode, content }: FileEntry): FileEntry | null {
  if (mode === '120000' || !isUtf8(content)) return null;
  const { status, text } = normaliseSource(Buffer.from(content).toString('utf8'));
  return status === 'normalised' ? { mode, content: Buffer.from(text) } : null;
}
