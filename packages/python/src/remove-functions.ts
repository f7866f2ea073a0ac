import { type CodeBlock, codeBlocksOf, namesIn } from './code-blocks.js';

/**
 * The source without some functions of its top level or its top-level classes, by qualified name; names that are not
 * there are nothing to remove. A class of which nothing but a docstring is left goes as a whole. Undefined where the
 * rest would not be the same code as before: no whole lines, or a class that is gone is still named.
 */
export function removeFunctions(source: string, qualifiedNames: ReadonlySet<string>): string | undefined {
  const blocks = codeBlocksOf(source);
  if (!blocks) return undefined;
  const isTarget = (block: CodeBlock) => block.kind === 'function' && qualifiedNames.has(block.qualifiedName);
  const emptied = emptiedClasses(blocks, isTarget);
  const isKept = (block: CodeBlock) => !isTarget(block) && !(block.owner !== undefined && emptied.has(block.owner));
  const kept = blocks.filter(isKept);
  if (kept.length === blocks.length) return source;
  if (kept.some((block) => [...namesIn(block.text)].some((name) => emptied.has(name)))) return undefined;

  const lines = source.split('\n');
  const isGone = new Set<number>();
  for (const { start, end } of blocks.filter((block) => !isKept(block))) {
    for (let row = start; row < end; row += 1) isGone.add(row);
    for (let row = start - 1; row >= 0 && lines[row]!.trim() === ''; row -= 1) isGone.add(row);
  }
  const rest = lines.filter((_, row) => !isGone.has(row)).join('\n');
  const remaining = codeBlocksOf(rest);
  return remaining?.map(({ text }) => text).join('\n') === kept.map(({ text }) => text).join('\n') ? rest : undefined;
}

function emptiedClasses(blocks: readonly CodeBlock[], isTarget: (block: CodeBlock) => boolean): Set<string> {
  const touched = new Set(blocks.filter(isTarget).flatMap(({ owner }) => owner ?? []));
  for (const block of blocks) {
    const isContent = block.kind !== 'class' && block.kind !== 'comment' && !block.isDocstring && !isTarget(block);
    if (block.owner !== undefined && isContent) touched.delete(block.owner);
  }
  return touched;
}
