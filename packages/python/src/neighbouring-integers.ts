import type { SyntaxNode } from './syntax.js';

/** The whole numbers beside a decimal literal, its minus sign included; none for other nodes. */
export function neighbouringIntegers(node: SyntaxNode): string[] {
  const isLiteral =
    node.type === 'integer' || (node.type === 'unary_operator' && node.namedChild(0)?.type === 'integer');
  if (!isLiteral || !/^-?\d{1,15}$/.test(node.text)) return [];
  const value = Number(node.text);
  return [String(value + 1), String(value - 1)];
}
