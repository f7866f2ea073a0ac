import { nodesIn, type Operator, replaceNode } from '../operator.js';

const NAME = 'break-continue';

/** Swaps `break` and `continue`. */
export const breakContinue: Operator = {
  name: NAME,
  description: 'Swaps break with continue.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type === 'break_statement') return [replaceNode(NAME, node, 'continue')];
      return node.type === 'continue_statement' ? [replaceNode(NAME, node, 'break')] : [];
    }),
};
