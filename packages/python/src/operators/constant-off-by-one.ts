import { neighbouringIntegers } from '../neighbouring-integers.js';
import { nodesIn, type Operator, replaceNode } from '../operator.js';

const NAME = 'constant-off-by-one';

/** Makes a whole number one more or one less. */
export const constantOffByOne: Operator = {
  name: NAME,
  description: 'Makes a decimal whole number one more or one less.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (node.parent?.type === 'unary_operator' && neighbouringIntegers(node.parent).length > 0) return [];
      return neighbouringIntegers(node).map((replacement) => replaceNode(NAME, node, replacement));
    }),
};
