import { docstringOf, parsePython, type SyntaxNode } from './syntax.js';

/** A stretch of whole lines of a module; the comment that stands directly above a block belongs to it. */
export interface CodeBlock {
  /** `class`: its head alone, the members are blocks of their own. `comment`: one that belongs to nothing. */
  readonly kind: 'function' | 'class' | 'statement' | 'comment';
  /** `name` or `Class.name` of a function, the name of a class; empty for all else. */
  readonly qualifiedName: string;
  /** The top-level class that it belongs to, as head or as member. */
  readonly owner: string | undefined;
  /** The names that it binds; undefined where its syntax does not tell them. */
  readonly names: readonly string[] | undefined;
  readonly isDocstring: boolean;
  readonly text: string;
  /** Rows of the source from 0; `end` is the first one behind it. */
  readonly start: number;
  readonly end: number;
}

/**
 * The blocks of a module in order: statements of its top level, and of its top-level classes. Together they hold all
 * that is not blank. Undefined where a source does not parse or does not come in whole lines.
 */
export function codeBlocksOf(source: string): CodeBlock[] | undefined {
  if (/\r(?!\n)/.test(source)) return undefined;
  const module = parsePython(source);
  if (module.hasSyntaxError) return undefined;
  const spans = spansOf(module.root, docstringOf(module.root));
  const lines = source.split('\n');
  const blocks: Span[] = [];
  let row = 0;
  for (const span of [...spans, END_OF(lines.length)]) {
    if (span.start < row) return undefined;
    const comments = commentRuns(lines, row, span.start);
    if (!comments) return undefined;
    for (const run of comments) attach(run, blocks, span, lines);
    if (span.end > span.start) blocks.push(span);
    row = span.end;
  }
  return blocks.map((block) => ({ ...block, text: lines.slice(block.start, block.end).join('\n') }));
}

/** Every word of a text that could be a name, those in strings and comments too. */
export function namesIn(text: string): Set<string> {
  return new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu));
}

type Span = { -readonly [Key in Exclude<keyof CodeBlock, 'text'>]: CodeBlock[Key] };

const END_OF = (row: number): Span => ({ ...COMMENT, start: row, end: row });

const COMMENT = {
  kind: 'comment',
  qualifiedName: '',
  owner: undefined,
  names: undefined,
  isDocstring: false,
} as const;

function spansOf(root: SyntaxNode, docstring: SyntaxNode | undefined): Span[] {
  return statementsOf(root).flatMap((node) => {
    const definition = definitionIn(node);
    const body = definition?.childForFieldName('body');
    const colon = definition?.children.find((child) => child.type === ':');
    const isOneLine = body?.startPosition.row === colon?.endPosition.row;
    if (definition?.type !== 'class_definition' || !body || !colon || isOneLine)
      return [spanOf(node, undefined, docstring)];
    const owner = nameOf(definition);
    const [start, end] = [node.startPosition.row, colon.endPosition.row + 1];
    const head = {
      kind: 'class',
      qualifiedName: owner,
      owner,
      names: [owner],
      isDocstring: false,
      start,
      end,
    } as const;
    return [head, ...statementsOf(body).map((member) => spanOf(member, owner, docstringOf(body)))];
  });
}

function statementsOf(block: SyntaxNode): SyntaxNode[] {
  return block.namedChildren.filter((child) => child.type !== 'comment');
}

function spanOf(node: SyntaxNode, owner: string | undefined, docstring: SyntaxNode | undefined): Span {
  const definition = definitionIn(node);
  const isFunction = definition?.type === 'function_definition';
  const name = definition ? nameOf(definition) : '';
  const { row, column } = node.endPosition;
  return {
    kind: isFunction ? 'function' : 'statement',
    qualifiedName: isFunction ? (owner === undefined ? name : `${owner}.${name}`) : '',
    owner,
    names: definition ? [name] : boundNames(node),
    isDocstring: node.id === docstring?.id,
    start: node.startPosition.row,
    end: column === 0 && row > node.startPosition.row ? row : row + 1,
  };
}

function definitionIn(node: SyntaxNode): SyntaxNode | undefined {
  const inner = node.type === 'decorated_definition' ? node.childForFieldName('definition') : node;
  return inner && /^(function|class)_definition$/.test(inner.type) ? inner : undefined;
}

function nameOf(definition: SyntaxNode): string {
  return definition.childForFieldName('name')?.text ?? '';
}

function boundNames(node: SyntaxNode): string[] | undefined {
  if (/^(import|import_from)_statement$/.test(node.type)) {
    const imported = node.text.replace(/^.*?\bimport\b/s, '');
    return imported.includes('*') ? undefined : [...namesIn(imported)].filter((name) => name !== 'as');
  }
  const assignment = node.type === 'expression_statement' ? node.namedChildren[0] : undefined;
  if (assignment?.type !== 'assignment') return undefined;
  const target = assignment.childForFieldName('left');
  return target ? [...namesIn(target.text)] : undefined;
}

/** Runs of comment lines in a gap between blocks; undefined where something else stands there. */
function commentRuns(lines: readonly string[], start: number, end: number): [number, number][] | undefined {
  const runs: [number, number][] = [];
  for (let row = start; row < end; row += 1) {
    const line = lines[row]!.trim();
    if (line === '') continue;
    if (!line.startsWith('#')) return undefined;
    const last = runs.at(-1);
    if (last?.[1] === row) last[1] += 1;
    else runs.push([row, row + 1]);
  }
  return runs;
}

/** Gives comments to the function whose body they end or to the block that follows at once, or makes them a block. */
function attach([start, end]: [number, number], blocks: Span[], next: Span, lines: readonly string[]): void {
  const previous = blocks.at(-1);
  let row = start;
  if (previous?.kind === 'function') {
    const depth = Math.min(...lines.slice(previous.start, previous.end).filter(isCode).map(depthOf));
    while (row < end && depthOf(lines[row]!) > depth) row += 1;
    if (row > start) previous.end = row;
  }
  if (row === end) return;
  const isAbove = next.end > next.start && end === next.start && depthOf(lines[row]!) === depthOf(lines[end]!);
  if (isAbove) next.start = row;
  else blocks.push({ ...COMMENT, start: row, end });
}

const isCode = (line: string): boolean => /^\s*(@|def\b|async\b)/.test(line);

function depthOf(line: string): number {
  return line.length - line.trimStart().length;
}
