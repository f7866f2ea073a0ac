import type { SyntaxNode } from './syntax.js';

/** The expression one more and one less; where one is added or taken already, the expression without that. */
export function shiftedByOne(node: SyntaxNode): string[] {
  const offset = node.type === 'binary_operator' ? node.childForFieldName('right') : undefined;
  const sign = node.childForFieldName('operator')?.type ?? '';
  if (offset?.text === '1' && (sign === '+' || sign === '-')) return [node.childForFieldName('left')!.text];
  const isShiftable =
    ['identifier', 'attribute', 'call', 'subscript'].includes(node.type) ||
    (node.type === 'binary_operator' && (sign === '+' || sign === '-'));
  return isShiftable ? [`${node.text} + 1`, `${node.text} - 1`] : [];
}
