import type { CodeBlock } from '@swe-selfplay/python';
import { isImport, isTestMember, memberNames } from './name-graph.js';
import type { OracleFile } from './oracle-file.js';

/** What weakening changed in a file, where it can be told block by block. */
export function weakenedBlocks({ full, weak }: OracleFile): CodeBlock[] | undefined {
  if (!full?.blocks || !weak?.blocks || full.entry.mode !== weak.entry.mode) return undefined;
  const changed = [...without(full.blocks, weak.blocks), ...without(weak.blocks, full.blocks)];
  return changed.every(({ names }) => names !== undefined) ? changed : undefined;
}

/** The blocks of `from` that `others` does not hold as often. */
function without(from: readonly CodeBlock[], others: readonly CodeBlock[]): CodeBlock[] {
  const counts = new Map<string, number>();
  for (const block of others) counts.set(textKey(block), (counts.get(textKey(block)) ?? 0) + 1);
  return from.filter((block) => {
    const count = counts.get(textKey(block)) ?? 0;
    counts.set(textKey(block), count - 1);
    return count <= 0;
  });
}

function textKey({ owner, text }: CodeBlock): string {
  return `${owner ?? ''}\0${text}`;
}

/** Names that lead to what the weakening changed, as a name graph tells them; of imports only those that are bound on one side alone. */
export function changedNames({ full, weak }: OracleFile, changed: readonly CodeBlock[]): Set<string> {
  const boundBy = (blocks: readonly CodeBlock[] = []) =>
    new Set(blocks.filter(isImport).flatMap(({ names }) => names ?? []));
  const [before, after] = [boundBy(full?.blocks), boundBy(weak?.blocks)];
  const names = changed.flatMap((block) => {
    const bound = block.names ?? [];
    if (block.owner !== undefined && block.kind !== 'class' && !isTestMember(block)) return memberNames(block);
    return isImport(block) ? bound.filter((name) => before.has(name) !== after.has(name)) : bound;
  });
  return new Set(names);
}

/** True for what test runners use of their own accord, without a test naming it. */
export function servesEveryTest(path: string, { owner, names, text }: CodeBlock): boolean {
  if (/(^|\/)(conftest|__init__)\.py$/.test(path) || /\bautouse\b/.test(text)) return true;
  const isHook = (name: string) =>
    /^(set_?up|tear_?down)(_?module|_function|_method)?$|^load_tests$|^pytest/i.test(name);
  return owner === undefined && (names ?? []).some(isHook);
}
