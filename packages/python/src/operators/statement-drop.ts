import { nodesIn, type Operator } from '../operator.js';
import { removeStatement } from '../remove-statement.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'statement-drop';

/** Takes a call or an assignment out. */
export const statementDrop: Operator = {
  name: NAME,
  description: 'Takes out a statement that calls or assigns.',
  isReversible: false,
  edits: (definition, module) =>
    nodesIn(definition)
      .filter(isDroppable)
      .map((node) => ({ ...removeStatement(node, module), operator: NAME, line: node.startPosition.row + 1 })),
};

function isDroppable(node: SyntaxNode): boolean {
  const content = node.type === 'expression_statement' ? node.namedChild(0) : undefined;
  return content !== null && content !== undefined && /^(call|assignment|augmented_assignment)$/.test(content.type);
}
