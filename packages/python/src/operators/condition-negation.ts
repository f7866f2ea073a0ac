import { isCondition, isSimpleExpression } from '../condition.js';
import { nodesIn, type Operator, replaceNode } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'condition-negation';
/** Calls that by their name give a truth value. */
const TRUTH_CALL = /(^|\.)(_*(is|has|can|should)_?\w*|any|all|bool|startswith|endswith|match|issubset|issuperset)$/;

/** Puts `not` before a condition, or takes it away. */
export const conditionNegation: Operator = {
  name: NAME,
  description: 'Negates a condition or a returned truth value, or takes a negation away.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (!node.isNamed) return [];
      if (node.type === 'not_operator') {
        const operand = node.childForFieldName('argument')!;
        return isNegatable(node, operand) ? [replaceNode(NAME, node, operand.text)] : [];
      }
      if (!isNegatable(node, node)) return [];
      const operand = isSimpleExpression(node) || node.type === 'comparison_operator' ? node.text : `(${node.text})`;
      return [replaceNode(NAME, node, `not ${operand}`)];
    }),
};

/** Where `node` stands, `operand` may be negated: the two are one but for a negation to be taken away. */
function isNegatable(node: SyntaxNode, operand: SyntaxNode): boolean {
  const parent = node.parent?.type;
  if (parent === 'return_statement') return isTruth(operand);
  // The inside of a pair of parentheses would be negated twice over: once as such and once with them.
  return isCondition(node) && parent !== 'not_operator' && parent !== 'parenthesized_expression';
}

function isTruth(node: SyntaxNode): boolean {
  const inner = node.type === 'parenthesized_expression' ? node.namedChild(0)! : node;
  if (inner.type === 'call') return TRUTH_CALL.test(inner.childForFieldName('function')?.text ?? '');
  return inner.type === 'comparison_operator' || inner.type === 'boolean_operator';
}
