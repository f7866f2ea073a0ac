import { nodesIn, type Operator, replaceNode } from '../operator.js';

const NAME = 'operand-drop';

/** Forgets one half of a condition. */
export const operandDrop: Operator = {
  name: NAME,
  description: 'Leaves one operand of and or or only.',
  isReversible: false,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type !== 'boolean_operator') return [];
      const operands = [node.childForFieldName('left'), node.childForFieldName('right')];
      return operands.flatMap((operand) => (operand ? [replaceNode(NAME, node, operand.text)] : []));
    }),
};
