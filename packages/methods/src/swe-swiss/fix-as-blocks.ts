import type { Patch } from '@swe-selfplay/artifact';
import { applySearchReplace, parseSearchReplace } from '@swe-selfplay/reward';

/**
 * The change from `before` to `after` as search/replace blocks in SWE-RL's form, a block a hunk of `patch`, which leads
 * from one to the other. Null where blocks do not come to just that: lines that stand in several places, a hunk that
 * has no line to search for, a last line without an end, text that looks like the end of a block.
 */
export function fixAsBlocks(
  patch: Patch,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string | null {
  const blocks: string[] = [];
  for (const { kind, newPath, content } of patch.files) {
    if (kind !== 'modify' || newPath === undefined || content.kind !== 'text') return null;
    for (const { lines } of content.hunks) {
      const side = (left: 'added' | 'removed') =>
        lines.flatMap(({ kind: line, text }) => (line === left ? [] : [Buffer.from(text, 'latin1').toString('utf8')]));
      blocks.push(blockOf(newPath, linesOf(side('added')), linesOf(side('removed'))));
    }
  }
  const text = blocks.join('\n\n');
  const applied = applySearchReplace(before, parseSearchReplace(text));
  if (applied.status === 'refused' || applied.files.size !== after.size) return null;
  return [...after].every(([path, content]) => applied.files.get(path) === content) ? text : null;
}

function blockOf(path: string, search: string, replace: string): string {
  return `\`\`\`python\n### ${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n\`\`\``;
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/\n$/, '')).join('\n');
}
