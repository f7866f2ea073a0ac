import type { PythonFunction, PythonModule, SyntaxNode, TextRange } from './syntax.js';

/** One replacement in a source, made by an operator. Offsets as in TextRange. */
export interface TextEdit extends TextRange {
  readonly replacement: string;
  /** Name of the operator. */
  readonly operator: string;
  /** 1-based line of the code that is meant; white space before it may belong to the edit. */
  readonly line: number;
}

/** A small change of behaviour that can be made in many places; used to break code and, backwards, to mend it. */
export interface Operator {
  readonly name: string;
  readonly description: string;
  /** True where some operator's edit of the changed source leads back, in text or in meaning. */
  readonly isReversible: boolean;
  /** Every change that this operator can make inside one function, nested functions left out, in order of place. */
  edits(definition: PythonFunction, module: PythonModule): TextEdit[];
}

/** The source with the edits made. Throws RangeError where two of them overlap or one lies outside. */
export function applyEdits(source: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let position = 0;
  for (const edit of ordered) {
    if (edit.start < position || edit.end < edit.start || edit.end > source.length) {
      throw new RangeError(`Expected edits apart from each other and inside the source; ${edit.operator} is not.`);
    }
    result += source.slice(position, edit.start) + edit.replacement;
    position = edit.end;
  }
  return result + source.slice(position);
}

/** Replaces one node, or the stretch from one node to another. */
export function replaceNode(
  operator: string,
  node: SyntaxNode,
  replacement: string,
  last: SyntaxNode = node,
): TextEdit {
  return {
    start: node.startIndex,
    end: last.endIndex,
    replacement,
    operator,
    line: node.startPosition.row + 1,
  };
}

const nodesOfFunctions = new WeakMap<PythonFunction, readonly SyntaxNode[]>();

/**
 * Every node of a function's body in order of place, tokens included. Left out: the docstring, type annotations,
 * nested functions (they are listed by themselves) and nested classes.
 */
export function nodesIn(definition: PythonFunction): readonly SyntaxNode[] {
  const known = nodesOfFunctions.get(definition);
  if (known) return known;
  const found: SyntaxNode[] = [];
  const body = definition.node.childForFieldName('body');
  const pending = body ? body.children.reverse() : [];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.startIndex === definition.docstring?.start || LEFT_OUT.has(node.type)) continue;
    found.push(node);
    for (const child of node.children.reverse()) pending.push(child);
  }
  nodesOfFunctions.set(definition, found);
  return found;
}

const LEFT_OUT: ReadonlySet<string> = new Set([
  'function_definition',
  'decorated_definition',
  'class_definition',
  'type',
  'comment',
]);
