import Parser from 'tree-sitter';
import Python from 'tree-sitter-python';
import { isQuickToParse } from './is-quick-to-parse.js';

export type SyntaxNode = Parser.SyntaxNode;

/** A stretch of source by offsets in UTF-16 code units: `source.slice(start, end)`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A parsed Python file. */
export interface PythonModule {
  readonly source: string;
  readonly root: SyntaxNode;
  /** True where tree-sitter had to skip or invent something. */
  readonly hasSyntaxError: boolean;
}

/** A function or method, nested ones included. Offsets are into the module's source, lines are 1-based. */
export interface PythonFunction extends TextRange {
  readonly name: string;
  /** As Python's `__qualname__`: `Stack.push`, `outer.<locals>.inner`. */
  readonly qualifiedName: string;
  /** The name of the class around a method. */
  readonly className: string | undefined;
  /** First line, decorators included. */
  readonly startLine: number;
  readonly endLine: number;
  readonly body: TextRange;
  readonly docstring: TextRange | undefined;
  /** Without the `@`. */
  readonly decorators: readonly string[];
  /** Names of the parameters in order, `self` and `cls` included. */
  readonly parameters: readonly string[];
  /** White space before each statement of the body; empty where the body stands on the line of the `def`. */
  readonly bodyIndentation: string;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** The `function_definition`. */
  readonly node: SyntaxNode;
}

const parser = new Parser();
// The declared type of the grammar does not fit the declared parameter, though it is what the parser wants.
parser.setLanguage(Python as unknown as Parser.Language);

/** Longer sources, and those that take longer, are taken for what does not parse. */
const MAX_LENGTH = 4_000_000;
const MAX_PARSE_MS = 10_000;

/**
 * Parses one file; never throws on bad source. A source that was made to take for ever has a syntax error and an empty
 * tree. The native trees are freed by the garbage collector only between turns of the event loop: parse few files, and
 * await something in between.
 */
export function parsePython(source: string): PythonModule {
  const module = isQuickToParse(source, MAX_LENGTH) ? parsePythonWithin(source, MAX_PARSE_MS) : undefined;
  return module ?? { source, root: parser.parse('').rootNode, hasSyntaxError: true };
}

/**
 * As `parsePython`, with a bound of one's own: undefined where it takes more than `timeoutMs` of wall time. There are
 * short texts for which it takes minutes, such as a long row of `if a else`.
 */
export function parsePythonWithin(source: string, timeoutMs: number): PythonModule | undefined {
  parser.setTimeoutMicros(timeoutMs * 1000);
  try {
    const tree: Parser.Tree | null = parser.parse(source);
    if (tree !== null) return { source, root: tree.rootNode, hasSyntaxError: tree.rootNode.hasError };
    // Else the next parse would go on with this one.
    parser.reset();
    return undefined;
  } finally {
    parser.setTimeoutMicros(0);
  }
}

/** True where the source does not parse; also where Python 2 is meant. */
export function hasSyntaxError(source: string): boolean {
  return parsePython(source).hasSyntaxError;
}

/** All functions and methods of a module in the order of their text, outer before inner. */
export function functionsOf(module: PythonModule): PythonFunction[] {
  const found: PythonFunction[] = [];
  // A stack of its own instead of recursion: sources of strangers may be nested deeper than the call stack is.
  const pending: Scope[] = [{ node: module.root, prefix: '', className: undefined }];
  for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
    const { node, prefix, className } = scope;
    let inner: Omit<Scope, 'node'> = { prefix, className };
    if (node.type === 'function_definition') {
      const described = describeFunction(node, prefix, className, module.source);
      found.push(described);
      inner = { prefix: `${described.qualifiedName}.<locals>.`, className: undefined };
    } else if (node.type === 'class_definition') {
      const name = node.childForFieldName('name')?.text ?? '';
      inner = { prefix: `${prefix}${name}.`, className: name };
    }
    for (const child of node.namedChildren.reverse()) pending.push({ node: child, ...inner });
  }
  return found;
}

interface Scope {
  readonly node: SyntaxNode;
  readonly prefix: string;
  readonly className: string | undefined;
}

function describeFunction(
  node: SyntaxNode,
  prefix: string,
  className: string | undefined,
  source: string,
): PythonFunction {
  const decorated = node.parent?.type === 'decorated_definition' ? node.parent : undefined;
  const outer = decorated ?? node;
  const body = node.childForFieldName('body');
  const name = node.childForFieldName('name')?.text ?? '';
  const docstring = body ? docstringOf(body) : undefined;
  return {
    name,
    qualifiedName: prefix + name,
    className,
    start: outer.startIndex,
    end: node.endIndex,
    startLine: outer.startPosition.row + 1,
    endLine: node.endPosition.row + 1,
    body: { start: body?.startIndex ?? node.endIndex, end: body?.endIndex ?? node.endIndex },
    docstring: docstring && { start: docstring.startIndex, end: docstring.endIndex },
    decorators: (decorated?.namedChildren ?? [])
      .filter((child) => child.type === 'decorator')
      .map((child) => child.text.slice(1).trim()),
    parameters: (node.childForFieldName('parameters')?.namedChildren ?? [])
      .map(parameterName)
      .filter((text) => text !== ''),
    bodyIndentation: body ? indentationAt(source, body.startIndex) : '',
    isAsync: node.firstChild?.type === 'async',
    isGenerator: body !== null && containsYield(body),
    node,
  };
}

/** The string statement that opens a body. */
export function docstringOf(body: SyntaxNode): SyntaxNode | undefined {
  const first = body.namedChildren.find((child) => child.type !== 'comment');
  const isString = first?.type === 'expression_statement' && first.namedChildren[0]?.type === 'string';
  return isString && first.namedChildCount === 1 ? first : undefined;
}

/** The white space that starts the line of `offset`, or nothing where something else stands before `offset` there. */
export function indentationAt(source: string, offset: number): string {
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const before = source.slice(lineStart, offset);
  return /^[ \t\f]*$/.test(before) ? before : '';
}

function parameterName(parameter: SyntaxNode): string {
  if (parameter.type === 'identifier') return parameter.text;
  const named = parameter.childForFieldName('name') ?? parameter.namedChildren[0];
  if (!named || /separator|comment/.test(parameter.type)) return '';
  return named.type === 'identifier' ? named.text : parameterName(named);
}

function containsYield(body: SyntaxNode): boolean {
  const pending = [body];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'yield') return true;
    if (/^(function|class)_definition$|^lambda$/.test(node.type)) continue;
    // One by one: a list may have more elements than a call may have arguments.
    for (const child of node.namedChildren) pending.push(child);
  }
  return false;
}
