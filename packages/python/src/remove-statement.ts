import { indentationAt, type PythonModule, type SyntaxNode, type TextRange } from './syntax.js';

/** How to take a statement out of its block: whole lines where it has them to itself; an emptied block gets `pass`. */
export function removeStatement(
  statement: SyntaxNode,
  module: PythonModule,
): TextRange & { readonly replacement: string } {
  const { source } = module;
  const isOnly = statement.parent?.namedChildren.filter((child) => child.type !== 'comment').length === 1;
  const lineStart = source.lastIndexOf('\n', statement.startIndex - 1) + 1;
  const lineEnd = source.indexOf('\n', statement.endIndex);
  const end = lineEnd === -1 ? source.length : lineEnd;
  const isAlone =
    lineStart + indentationAt(source, statement.startIndex).length === statement.startIndex &&
    /^[ \t\r]*(#[^\n]*)?$/.test(source.slice(statement.endIndex, end));
  if (isOnly || !isAlone) return { start: statement.startIndex, end: statement.endIndex, replacement: 'pass' };
  return { start: lineStart, end: Math.min(end + 1, source.length), replacement: '' };
}
