import { nodesIn, type Operator, replaceNode } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'builtin-swap';
const FUNCTIONS = [
  'min max',
  'any all',
  'floor ceil',
  'list tuple',
  'set frozenset',
  'islice takewhile dropwhile',
  'filter filterfalse',
];
const METHODS = [
  'append extend',
  'startswith endswith',
  'strip lstrip rstrip',
  'lower upper',
  'find rfind',
  'index rindex',
  'split rsplit',
  'partition rpartition',
  'ljust rjust',
  'removeprefix removesuffix',
  'add discard',
  'keys values items',
  'union intersection difference',
  'issubset issuperset',
  'popleft pop',
  'appendleft append',
  'isdigit isalpha isalnum',
  'match search fullmatch',
];

/** Calls a relative of a well-known function or method. */
export const builtinSwap: Operator = {
  name: NAME,
  description: 'Calls a related built-in: min and max, any and all, startswith and endswith, find and rfind.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      if (node.type !== 'identifier') return [];
      return relativesOf(node).map((name) => replaceNode(NAME, node, name));
    }),
};

function relativesOf(identifier: SyntaxNode): string[] {
  const parent = identifier.parent;
  const isCalled = (node: SyntaxNode) =>
    node.parent?.type === 'call' && node.parent.childForFieldName('function')?.id === node.id;
  if (isCalled(identifier)) return relativesIn(FUNCTIONS, identifier.text);
  const isMethod = parent?.type === 'attribute' && parent.childForFieldName('attribute')?.id === identifier.id;
  return isMethod && isCalled(parent) ? relativesIn(METHODS, identifier.text) : [];
}

function relativesIn(groups: readonly string[], name: string): string[] {
  return groups
    .map((group) => group.split(' '))
    .filter((group) => group.includes(name))
    .flatMap((group) => group.filter((other) => other !== name));
}
