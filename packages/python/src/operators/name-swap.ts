import { nodesIn, type Operator, replaceNode } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'name-swap';

/** Mistakes one parameter for another. */
export const nameSwap: Operator = {
  name: NAME,
  description: 'Reads another parameter than the one that is meant.',
  isReversible: true,
  edits: (definition) => {
    const names = definition.parameters.filter((name) => name !== 'self' && name !== 'cls');
    if (names.length < 2) return [];
    return nodesIn(definition)
      .filter((node) => names.includes(node.text) && isRead(node))
      .flatMap((node) => names.filter((name) => name !== node.text).map((name) => replaceNode(NAME, node, name)));
  },
};

function isRead(node: SyntaxNode): boolean {
  const parent = node.parent;
  if (node.type !== 'identifier' || !parent) return false;
  const isField = (field: string) => parent.childForFieldName(field)?.id === node.id;
  if (parent.type === 'attribute') return !isField('attribute');
  if (parent.type === 'keyword_argument') return !isField('name');
  if (/assignment$|^for_|^named_expression$/.test(parent.type)) return !isField('left') && !isField('name');
  return !/pattern|parameter|^(global|nonlocal|delete)_statement$|import/.test(parent.type);
}
