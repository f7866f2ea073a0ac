import { nodesIn, type Operator, replaceNode, type TextEdit } from '../operator.js';
import type { PythonModule, SyntaxNode } from '../syntax.js';

const NAME = 'string-constant';
const PAIRS = [' |', ',|;', '.|:', '(|)', '[|]', '{|}', '<|>', '/|-', '\\n|\\t', '0|1', 'r|w', "'|`"].map((pair) =>
  pair.split('|'),
);
const COUNTERPARTS = new Map(PAIRS.flatMap(([left, right]) => [[left!, right!] as const, [right!, left!] as const]));

/** Changes a text: another case, a related sign, or the place of another text of the same function. */
export const stringConstant: Operator = {
  name: NAME,
  description: 'Changes the case of a text, swaps a sign for a related one, or swaps two texts of a function.',
  isReversible: true,
  edits: (definition, module) => {
    const texts = nodesIn(definition).filter(isPlainString);
    return [
      ...texts.flatMap(changesOf),
      ...texts.slice(1).flatMap((right, index) => swapOf(texts[index]!, right, module)),
    ];
  },
};

function isPlainString(node: SyntaxNode): boolean {
  if (node.type !== 'string' || !node.isNamed || node.parent?.type === 'expression_statement') return false;
  return !node.namedChildren.some((child) => child.type === 'interpolation');
}

function changesOf(node: SyntaxNode): TextEdit[] {
  const opening = node.namedChildren[0]?.text ?? '';
  const closing = node.namedChildren.at(-1)?.text ?? '';
  const content = node.text.slice(opening.length, node.text.length - closing.length);
  const changed = COUNTERPARTS.get(content) ?? withOtherCase(content);
  if (changed === undefined || (changed.includes('\\') && /r/i.test(opening)) || closing.includes(changed)) return [];
  return [replaceNode(NAME, node, opening + changed + closing)];
}

/** The first letter in the other case; none where an escape or a format could be hit. */
function withOtherCase(content: string): string | undefined {
  const letter = /^[^\\{}%]*?([A-Za-z])/.exec(content)?.[1];
  if (letter === undefined || /[\\{}%]/.test(content)) return undefined;
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return content.replace(letter, other);
}

function swapOf(left: SyntaxNode, right: SyntaxNode, module: PythonModule): TextEdit[] {
  if (left.text === right.text) return [];
  const between = module.source.slice(left.endIndex, right.startIndex);
  return [replaceNode(NAME, left, right.text + between + left.text, right)];
}
