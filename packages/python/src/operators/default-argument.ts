import { neighbouringIntegers } from '../neighbouring-integers.js';
import { type Operator, replaceNode, type TextEdit } from '../operator.js';
import type { SyntaxNode } from '../syntax.js';

const NAME = 'default-argument';

/** Changes what a parameter is when it is not given. */
export const defaultArgument: Operator = {
  name: NAME,
  description: 'Changes the default of a parameter: True and False, a number by one.',
  isReversible: true,
  edits: (definition) =>
    (definition.node.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) => {
      const value = /default_parameter$/.test(parameter.type) ? parameter.childForFieldName('value') : undefined;
      return value ? editsOfDefault(value) : [];
    }),
};

function editsOfDefault(value: SyntaxNode): TextEdit[] {
  if (value.type === 'true') return [replaceNode(NAME, value, 'False')];
  if (value.type === 'false') return [replaceNode(NAME, value, 'True')];
  return neighbouringIntegers(value).map((replacement) => replaceNode(NAME, value, replacement));
}
