import { hasSyntaxError, parsePython, type SyntaxNode } from './syntax.js';

/** Statements of one logical line: behind their end a comment may stand. */
const SIMPLE_STATEMENT = /_statement$|^type_alias_statement$/;
const COMPOUND_STATEMENT = /^(if|for|while|try|with|match)_statement$/;

/**
 * The source with a comment behind each simple statement that ends its line, and nothing else changed: every line keeps
 * its number, every string its text, and the source of nearly every function reads otherwise. `comment` is without `#`
 * and of one line. Where the source does not parse, or would not any more, the comment becomes its last line alone.
 */
export function addNeutralComments(source: string, comment: string): string {
  const module = parsePython(source);
  if (module.hasSyntaxError) return appendComment(source, comment);
  const ends = statementEnds(module.root).filter((end) => isEndOfLine(source, end));
  if (ends.length === 0) return appendComment(source, comment);
  let edited = '';
  let position = 0;
  for (const end of ends) {
    edited += `${source.slice(position, end)}  # ${comment}`;
    position = end;
  }
  edited += source.slice(position);
  return hasSyntaxError(edited) ? appendComment(source, comment) : edited;
}

/** The source with the comment as one more line. */
function appendComment(source: string, comment: string): string {
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n';
  return `${source}${source === '' || source.endsWith('\n') ? '' : lineEnd}# ${comment}${lineEnd}`;
}

function statementEnds(root: SyntaxNode): number[] {
  const ends = new Set<number>();
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (SIMPLE_STATEMENT.test(node.type) && !COMPOUND_STATEMENT.test(node.type)) {
      ends.add(node.endIndex);
      continue;
    }
    // No statement lies inside an expression, so only blocks and what holds them are looked through.
    for (const child of node.namedChildren) {
      if (/_(statement|clause|definition)$|^(block|module)$/.test(child.type)) pending.push(child);
    }
  }
  return [...ends].sort((a, b) => a - b);
}

/** False before a comment, a semicolon, a further statement, and a backslash that joins the next line. */
function isEndOfLine(source: string, offset: number): boolean {
  const lineEnd = source.indexOf('\n', offset);
  return source.slice(offset, lineEnd === -1 ? source.length : lineEnd).trim() === '';
}
