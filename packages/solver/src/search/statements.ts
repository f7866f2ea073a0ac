import type { SyntaxNode } from '@swe-selfplay/python';
import type { LocatedFunction } from './candidate-source.js';

/** One statement of a function, at any depth of nesting. */
export interface Statement {
  readonly node: SyntaxNode;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** White space in front of it; undefined where it shares its line with something before it. */
  readonly indentation: string | undefined;
  /** Statements of the block that it stands in, itself included. */
  readonly siblings: number;
}

const NESTED = new Set(['function_definition', 'class_definition', 'decorated_definition']);

/** Statements of a function in the order of their text, without docstring and nested definitions. */
export function statementsOf({ definition, module }: LocatedFunction): Statement[] {
  const found: Statement[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'block') {
      const children = node.namedChildren.filter(({ type }) => type !== 'comment');
      for (const child of children) {
        if (NESTED.has(child.type) || child.startIndex === definition.docstring?.start) continue;
        const { startIndex: start, endIndex: end } = child;
        const lineStart = module.source.lastIndexOf('\n', start - 1) + 1;
        const before = module.source.slice(lineStart, start);
        found.push({
          node: child,
          text: module.source.slice(start, end),
          start,
          end,
          indentation: /^[ \t]*$/.test(before) ? before : undefined,
          siblings: children.length,
        });
      }
    }
    for (const child of node.namedChildren) if (!NESTED.has(child.type)) visit(child);
  };
  const body = definition.node.childForFieldName('body');
  if (body) visit(body);
  return found;
}

/** Text that stood at one indentation, moved to another. Lines inside of strings move too, which changes them. */
export function reindent(text: string, from: string, to: string): string {
  const [first, ...rest] = text.split('\n');
  return [first, ...rest.map((line) => (line.startsWith(from) ? to + line.slice(from.length) : line))].join('\n');
}
