import { nodesIn, type Operator, replaceNode, type TextEdit } from '../operator.js';
import type { PythonFunction, SyntaxNode } from '../syntax.js';

const NAME = 'return-value';
const MAX_NAMES = 8;

/** Returns None for a name, a name for None, or the parts of a tuple in another order. */
export const returnValue: Operator = {
  name: NAME,
  description: 'Returns None instead of a variable or a variable instead of None, or swaps parts of a returned tuple.',
  isReversible: true,
  edits: (definition) =>
    definition.isGenerator
      ? []
      : nodesIn(definition).flatMap((node) => (isReturn(node) ? editsOfReturn(node, definition) : [])),
};

function isReturn(node: SyntaxNode): boolean {
  return node.isNamed && node.type === 'return_statement';
}

function editsOfReturn(statement: SyntaxNode, definition: PythonFunction): TextEdit[] {
  const value = statement.namedChildren.find((child) => child.type !== 'comment');
  if (!value || value.type === 'none') {
    return namesOf(definition).map((name) => replaceNode(NAME, statement, `return ${name}`));
  }
  if (value.type === 'identifier') return [replaceNode(NAME, statement, 'return None')];
  if (value.type !== 'tuple' && value.type !== 'expression_list') return [];
  const parts = value.namedChildren.filter((child) => child.type !== 'comment');
  return parts.slice(1).flatMap((right, index) => {
    const left = parts[index]!;
    if (left.text === right.text) return [];
    const between = value.text.slice(left.endIndex - value.startIndex, right.startIndex - value.startIndex);
    return [replaceNode(NAME, left, right.text + between + left.text, right)];
  });
}

/** Parameters and variables of the function, those assigned last first: they are returned more often. */
function namesOf(definition: PythonFunction): string[] {
  const assigned = nodesIn(definition)
    .filter((node) => node.type === 'identifier' && node.parent?.childForFieldName('left')?.id === node.id)
    .filter((node) => /assignment|^for_statement$/.test(node.parent!.type))
    .map((node) => node.text);
  return [...new Set([...assigned.reverse(), ...definition.parameters])].slice(0, MAX_NAMES);
}
