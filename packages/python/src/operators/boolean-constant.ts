import { nodesIn, type Operator, replaceNode } from '../operator.js';

const NAME = 'boolean-constant';

/** Swaps `True` and `False`. */
export const booleanConstant: Operator = {
  name: NAME,
  description: 'Swaps True with False.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition)
      .filter((node) => node.isNamed && (node.type === 'true' || node.type === 'false'))
      .map((node) => replaceNode(NAME, node, node.type === 'true' ? 'False' : 'True')),
};
