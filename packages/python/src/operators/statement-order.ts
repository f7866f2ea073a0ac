import { nodesIn, type Operator, replaceNode } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'statement-order';

/** Does two things in the wrong order. */
export const statementOrder: Operator = {
  name: NAME,
  description: 'Swaps two neighbouring statements that call or assign.',
  isReversible: true,
  edits: (definition, module) =>
    nodesIn(definition).flatMap((second) => {
      const first = second.previousNamedSibling;
      if (!isSimple(second) || !first || !isSimple(first) || first.text === second.text) return [];
      if (first.startIndex === definition.docstring?.start) return [];
      const between = module.source.slice(first.endIndex, second.startIndex);
      return [replaceNode(NAME, first, second.text + between + first.text, second)];
    }),
};

function isSimple(node: SyntaxNode): boolean {
  return node.isNamed && node.type === 'expression_statement' && node.namedChild(0)?.type !== 'string';
}
