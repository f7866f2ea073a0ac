import { nodesIn, type Operator, replaceNode } from './operator.js';

/** An operator that puts another token in place of one, inside nodes of given types. */
export function swapTokens(options: {
  readonly name: string;
  readonly description: string;
  /** Types of the node that the token is a child of. */
  readonly parents: readonly string[];
  /** What a token becomes; reversible where each replacement leads back. */
  readonly replacements: Readonly<Record<string, readonly string[]>>;
}): Operator {
  const { name, description, parents, replacements } = options;
  return {
    name,
    description,
    isReversible: true,
    edits: (definition) =>
      nodesIn(definition).flatMap((node) => {
        if (node.isNamed || !Object.hasOwn(replacements, node.type)) return [];
        if (!parents.includes(node.parent?.type ?? '')) return [];
        return replacements[node.type]!.map((replacement) => replaceNode(name, node, replacement));
      }),
  };
}
