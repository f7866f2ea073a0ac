import { isCondition, isSimpleExpression } from '../condition.js';
import { nodesIn, type Operator, replaceNode } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'condition-negation';
const RETURNED_TRUTHS: ReadonlySet<string> = new Set(['call', 'comparison_operator', 'boolean_operator']);

/** Puts `not` before a condition, or takes it away. */
export const conditionNegation: Operator = {
  name: NAME,
  description: 'Negates a condition or a returned truth value, or takes a negation away.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type === 'not_operator') return [replaceNode(NAME, node, node.childForFieldName('argument')!.text)];
      if (!isNegatable(node)) return [];
      const operand = isSimpleExpression(node) || node.type === 'comparison_operator' ? node.text : `(${node.text})`;
      return [replaceNode(NAME, node, `not ${operand}`)];
    }),
};

function isNegatable(node: SyntaxNode): boolean {
  const parent = node.parent?.type;
  if (parent === 'return_statement') return RETURNED_TRUTHS.has(node.type);
  // The inside of a pair of parentheses would be negated twice over: once as such and once with them.
  return isCondition(node) && parent !== 'not_operator' && parent !== 'parenthesized_expression';
}
