import { nodesIn, type Operator, replaceNode, type TextEdit } from '../operator.js';
import { shiftedByOne } from '../shifted-by-one.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'loop-range';

/** Starts or ends a range one off. */
export const loopRange: Operator = {
  name: NAME,
  description: 'Moves an end of a range by one, starts a range at 1, or counts from 1 in enumerate.',
  isReversible: true,
  edits: (definition) =>
    nodesIn(definition).flatMap((node) => {
      const list = node.type === 'call' ? node.childForFieldName('arguments') : undefined;
      if (list?.type !== 'argument_list') return [];
      const values = list.namedChildren.filter((child) => child.type !== 'comment');
      if (values.some((value) => /splat|keyword/.test(value.type))) return [];
      const callee = node.childForFieldName('function')?.text;
      if (callee === 'range') return editsOfRange(list, values);
      return callee === 'enumerate' ? editsOfEnumerate(list, values) : [];
    }),
};

function editsOfRange(list: SyntaxNode, values: readonly SyntaxNode[]): TextEdit[] {
  const shifts = values
    .slice(0, 2)
    .flatMap((value) => shiftedByOne(value).map((replacement) => replaceNode(NAME, value, replacement)));
  const [start, stop] = values;
  if (start && !stop) return [...shifts, replaceNode(NAME, list, `(1, ${start.text})`)];
  if (stop && values.length === 2 && start?.text === '1') return [...shifts, replaceNode(NAME, list, `(${stop.text})`)];
  return shifts;
}

function editsOfEnumerate(list: SyntaxNode, values: readonly SyntaxNode[]): TextEdit[] {
  const [items, start] = values;
  if (items && !start) return [replaceNode(NAME, list, `(${items.text}, 1)`)];
  return items && start?.text === '1' ? [replaceNode(NAME, list, `(${items.text})`)] : [];
}
