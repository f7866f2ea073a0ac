import { nodesIn, type Operator, replaceNode, type TextEdit } from '../operator.js';
import type { PythonModule, SyntaxNode } from '../syntax.js';

const NAME = 'branch-swap';

/** Swaps what is done when a condition holds with what is done when it does not. */
export const branchSwap: Operator = {
  name: NAME,
  description: 'Swaps the two branches of an if with an else and no elif, or of a conditional expression.',
  isReversible: true,
  edits: (definition, module) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type === 'if_statement') return swapOf(branchesOf(node), module);
      if (node.type === 'conditional_expression') return swapOf([node.namedChild(0), node.namedChild(2)], module);
      return [];
    }),
};

type Branches = readonly [SyntaxNode | null, SyntaxNode | null];

function branchesOf(statement: SyntaxNode): Branches {
  const clauses = statement.namedChildren.filter((child) => /^(elif|else)_clause$/.test(child.type));
  const consequence = statement.childForFieldName('consequence');
  if (clauses.length !== 1 || clauses[0]!.type === 'elif_clause') return [null, null];
  const alternative = clauses[0]!.childForFieldName('body');
  // A block cannot stand where a statement on the line of the `if` stood.
  const isInline = (block: SyntaxNode | null) => block?.startPosition.row === block?.parent?.startPosition.row;
  return isInline(consequence) === isInline(alternative) ? [consequence, alternative] : [null, null];
}

function swapOf([first, second]: Branches, module: PythonModule): TextEdit[] {
  if (!first || !second || first.text === second.text) return [];
  const between = module.source.slice(first.endIndex, second.startIndex);
  return [replaceNode(NAME, first, second.text + between + first.text, second)];
}
