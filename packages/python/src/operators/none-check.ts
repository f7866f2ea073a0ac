import { isCondition } from '../condition.js';
import { nodesIn, type Operator, replaceNode, type TextEdit } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'none-check';

/** Turns a test for None round, or mistakes it for a test of truth. */
export const noneCheck: Operator = {
  name: NAME,
  description: 'Swaps is with is not, and a test for None with a test of truth.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => [...negations(node), ...(isCondition(node) ? confusions(node) : [])]),
};

function negations(node: SyntaxNode): TextEdit[] {
  if (node.isNamed || node.parent?.type !== 'comparison_operator') return [];
  if (node.type === 'is') return [replaceNode(NAME, node, 'is not')];
  return node.type === 'is not' ? [replaceNode(NAME, node, 'is')] : [];
}

function confusions(node: SyntaxNode): TextEdit[] {
  if (isName(node))
    return node.parent?.type === 'not_operator' ? [] : [replaceNode(NAME, node, `${node.text} is not None`)];
  if (node.type === 'not_operator') {
    const operand = node.childForFieldName('argument');
    return operand && isName(operand) ? [replaceNode(NAME, node, `${operand.text} is None`)] : [];
  }
  const [subject, none] = node.namedChildren;
  const sign = node.children[1]?.type;
  const isTestForNone = node.type === 'comparison_operator' && node.namedChildCount === 2 && none?.type === 'none';
  if (!isTestForNone || !subject || !isName(subject)) return [];
  if (sign === 'is') return [replaceNode(NAME, node, `not ${subject.text}`)];
  return sign === 'is not' ? [replaceNode(NAME, node, subject.text)] : [];
}

function isName(node: SyntaxNode): boolean {
  return node.isNamed && (node.type === 'identifier' || node.type === 'attribute');
}
