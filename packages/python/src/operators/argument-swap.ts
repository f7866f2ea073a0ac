import { nodesIn, type Operator, replaceNode } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'argument-swap';

/** Swaps two neighbouring arguments of a call. */
export const argumentSwap: Operator = {
  name: NAME,
  description: 'Swaps two neighbouring positional arguments of a call.',
  isReversible: true,
  edits: (definition, module) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type !== 'argument_list') return [];
      const positional = node.namedChildren.filter(isPositional);
      return positional.slice(1).flatMap((right, index) => {
        const left = positional[index]!;
        const between = module.source.slice(left.endIndex, right.startIndex);
        return left.text === right.text ? [] : [replaceNode(NAME, left, right.text + between + left.text, right)];
      });
    }),
};

function isPositional(argument: SyntaxNode): boolean {
  return !['comment', 'keyword_argument', 'list_splat', 'dictionary_splat'].includes(argument.type);
}
