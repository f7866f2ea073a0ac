import type { SyntaxNode } from './syntax.js';

/** More than anyone writes; sources of strangers may hold thousands. */
const MAX_PARENTHESES = 20;

/** True where only the truth of the expression counts: conditions, filters, asserts, operands of `and` and `or`. */
export function isCondition(node: SyntaxNode): boolean {
  if (!node.isNamed) return false;
  let inner = node;
  for (let depth = 0; inner.parent?.type === 'parenthesized_expression' && depth < MAX_PARENTHESES; depth += 1) {
    inner = inner.parent;
  }
  return inner.parent !== null && isConditionOf(inner.parent, inner);
}

function isConditionOf(parent: SyntaxNode, node: SyntaxNode): boolean {
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
