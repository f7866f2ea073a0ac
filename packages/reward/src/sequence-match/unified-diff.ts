import { checkedCount } from '../checked-numbers.js';
import type { MatchingBlock, WorkBudget } from './longest-match.js';
import { matchingBlocks, matchingBlocksWithin } from './matching-blocks.js';

export interface UnifiedDiffOptions {
  /** Unchanged lines shown around a change. Default 3. */
  readonly context?: number;
}

/**
 * The lines of `difflib.unified_diff(a, b, n=context, lineterm="")` of Python (CPython 3.11) but for its two lines of
 * file names: hunks, each with its heading. Matches lines with autojunk on, as Python does. None for equal lists.
 */
export function unifiedDiff(a: readonly string[], b: readonly string[], options: UnifiedDiffOptions = {}): string[] {
  return printHunks(a, b, matchingBlocks(a, b), options);
}

/** As `unifiedDiff`; undefined once the budget is used up. */
export function unifiedDiffWithin(
  a: readonly string[],
  b: readonly string[],
  budget: WorkBudget,
  options: UnifiedDiffOptions = {},
): string[] | undefined {
  const blocks = matchingBlocksWithin(a, b, budget);
  return blocks === undefined ? undefined : printHunks(a, b, blocks, options);
}

/** Lines taken away and put in at one place, and how many unchanged ones lie before and behind. */
interface Change {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
  readonly before: number;
  readonly behind: number;
}

function printHunks(
  a: readonly string[],
  b: readonly string[],
  blocks: readonly MatchingBlock[],
  { context = 3 }: UnifiedDiffOptions,
): string[] {
  checkedCount('context', context);
  const lines: string[] = [];
  for (const hunk of groupChanges(listChanges(blocks), context)) {
    const first = hunk[0]!;
    const last = hunk.at(-1)!;
    const before = Math.min(context, first.before);
    const behind = Math.min(context, last.behind);
    const aRange = rangeText(first.aStart - before, last.aEnd + behind);
    const bRange = rangeText(first.bStart - before, last.bEnd + behind);
    lines.push(`@@ -${aRange} +${bRange} @@`);
    let printed = first.aStart - before;
    for (const { aStart, aEnd, bStart, bEnd } of hunk) {
      for (; printed < aStart; printed += 1) lines.push(` ${a[printed]}`);
      for (; printed < aEnd; printed += 1) lines.push(`-${a[printed]}`);
      for (let index = bStart; index < bEnd; index += 1) lines.push(`+${b[index]}`);
    }
    for (; printed < last.aEnd + behind; printed += 1) lines.push(` ${a[printed]}`);
  }
  return lines;
}

function listChanges(blocks: readonly MatchingBlock[]): Change[] {
  const changes: Change[] = [];
  let previous: MatchingBlock = { a: 0, b: 0, size: 0 };
  for (const block of blocks) {
    const aStart = previous.a + previous.size;
    const bStart = previous.b + previous.size;
    if (aStart < block.a || bStart < block.b)
      changes.push({ aStart, aEnd: block.a, bStart, bEnd: block.b, before: previous.size, behind: block.size });
    previous = block;
  }
  return changes;
}

/** Changes with so few unchanged lines in between that these would all be shown go into one hunk. */
function groupChanges(changes: readonly Change[], context: number): Change[][] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const hunk = hunks.at(-1);
    if (hunk === undefined || change.before > 2 * context) hunks.push([change]);
    else hunk.push(change);
  }
  return hunks;
}

/** Where lines from `start` up to `end` are, as a heading says it: from 1 on; no lines are said to be after a line. */
function rangeText(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return `${start + 1}`;
  return `${length === 0 ? start : start + 1},${length}`;
}
