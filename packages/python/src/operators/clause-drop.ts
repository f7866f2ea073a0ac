import { nodesIn, type Operator } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'clause-drop';

/** Takes an `elif` or the `else` of an `if` out. */
export const clauseDrop: Operator = {
  name: NAME,
  description: 'Takes out an elif, or the else of an if.',
  isReversible: false,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      const isClause = node.isNamed && /^(elif|else)_clause$/.test(node.type) && node.parent?.type === 'if_statement';
      if (!isClause) return [];
      const start = endBefore(node);
      return [{ start, end: node.endIndex, replacement: '', operator: NAME, line: node.startPosition.row + 1 }];
    }),
};

/** Where the part before a clause ends; comments in between belong to the clause. */
function endBefore(clause: SyntaxNode): number {
  let previous = clause.previousNamedSibling;
  while (previous?.type === 'comment') previous = previous.previousNamedSibling;
  return previous?.endIndex ?? clause.startIndex;
}
