import { nodesIn, type Operator, replaceNode } from '../operator.js';
import { swapTokens } from '../swap-tokens.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'augmented-assignment';

const tokenSwap = swapTokens({
  name: NAME,
  description: '',
  parents: ['augmented_assignment'],
  replacements: {
    '+=': ['-='],
    '-=': ['+='],
    '*=': ['/=', '//='],
    '/=': ['*='],
    '//=': ['*='],
    '|=': ['&='],
    '&=': ['|='],
    '<<=': ['>>='],
    '>>=': ['<<='],
  },
});

/** Adds up with another operator, or forgets what was added up before. */
export const augmentedAssignment: Operator = {
  name: NAME,
  description: 'Swaps += with -= and the like; in a loop also += with a plain =.',
  isReversible: true,
  edits: (definition, module) => [
    ...tokenSwap.edits(definition, module),
    ...nodesIn(definition).flatMap((node) => {
      if (node.type === '+=' && isInLoop(node)) return [replaceNode(NAME, node, '=')];
      return isPlainAssignmentSign(node) && isInLoop(node) ? [replaceNode(NAME, node, '+=')] : [];
    }),
  ],
};

function isPlainAssignmentSign(node: SyntaxNode): boolean {
  const assignment = node.type === '=' && node.parent?.type === 'assignment' ? node.parent : undefined;
  if (assignment?.parent?.type !== 'expression_statement') return false;
  const isSimpleTarget = /^(identifier|attribute|subscript)$/.test(assignment.childForFieldName('left')?.type ?? '');
  return (
    isSimpleTarget &&
    !assignment.childForFieldName('type') &&
    assignment.childForFieldName('right')?.type !== 'assignment'
  );
}

function isInLoop(node: SyntaxNode): boolean {
  for (let outer = node.parent; outer && outer.type !== 'function_definition'; outer = outer.parent) {
    if (outer.type === 'for_statement' || outer.type === 'while_statement') return true;
  }
  return false;
}
