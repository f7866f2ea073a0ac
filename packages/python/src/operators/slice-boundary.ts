import { nodesIn, type Operator, replaceNode, type TextEdit } from '../operator.js';
import { shiftedByOne } from '../shifted-by-one.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'slice-boundary';

/** Moves an index or a bound of a slice by one. */
export const sliceBoundary: Operator = {
  name: NAME,
  description: 'Moves an index or a bound of a slice by one; adds or drops a first or a last element.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type === 'slice') return editsOfSlice(node);
      const isIndex =
        node.isNamed && node.parent?.type === 'subscript' && node.parent.childForFieldName('value')?.id !== node.id;
      return isIndex ? shiftedByOne(node).map((replacement) => replaceNode(NAME, node, replacement)) : [];
    }),
};

function editsOfSlice(slice: SyntaxNode): TextEdit[] {
  const parts = slice.children.filter((child) => child.type !== 'comment');
  const colon = parts.findIndex((child) => child.type === ':');
  const start = parts.slice(0, colon)[0];
  const stop = parts.slice(colon + 1).find((child) => child.type !== ':' && child.startIndex < nextColon(parts, colon));
  return [...editsOfBound(start, parts[colon]!, 'start', '1'), ...editsOfBound(stop, parts[colon]!, 'stop', '-1')];
}

/** Without a bound the outermost element is left out; a bound that does just that is taken away. */
function editsOfBound(
  bound: SyntaxNode | undefined,
  colon: SyntaxNode,
  side: 'start' | 'stop',
  outermost: string,
): TextEdit[] {
  if (bound?.text === outermost) return [replaceNode(NAME, bound, '')];
  if (bound) return shiftedByOne(bound).map((replacement) => replaceNode(NAME, bound, replacement));
  return [replaceNode(NAME, colon, side === 'start' ? `${outermost}:` : `:${outermost}`)];
}

function nextColon(parts: readonly SyntaxNode[], colon: number): number {
  const second = parts.slice(colon + 1).find((child) => child.type === ':');
  return second?.startIndex ?? Number.POSITIVE_INFINITY;
}
