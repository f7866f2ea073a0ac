import type { SyntaxNode } from './syntax.js';

/** True where only the truth of the expression counts: conditions, filters, asserts, operands of `and` and `or`. */
export function isCondition(node: SyntaxNode): boolean {
  const parent = node.parent;
  if (!parent || !node.isNamed) return false;
  switch (parent.type) {
    case 'if_statement':
    case 'elif_clause':
    case 'while_statement':
      return parent.childForFieldName('condition')?.id === node.id;
    case 'conditional_expression':
      return parent.namedChild(1)?.id === node.id;
    case 'assert_statement':
      return parent.namedChild(0)?.id === node.id;
    case 'if_clause':
    case 'boolean_operator':
    case 'not_operator':
      return true;
    case 'parenthesized_expression':
      return isCondition(parent);
    default:
      return false;
  }
}

/** True for expressions that can stand behind `not` and before a comparison without parentheses. */
export function isSimpleExpression(node: SyntaxNode): boolean {
  return SIMPLE_EXPRESSIONS.has(node.type);
}

const SIMPLE_EXPRESSIONS: ReadonlySet<string> = new Set([
  'identifier',
  'attribute',
  'call',
  'subscript',
  'parenthesized_expression',
  'true',
  'false',
  'none',
  'string',
  'integer',
]);
