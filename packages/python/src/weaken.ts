import { applyEdits, type TextEdit } from './operator.js';
import { removeStatement } from './remove-statement.js';
import {
  functionsOf,
  hasSyntaxError,
  indentationAt,
  type PythonFunction,
  type PythonModule,
  parsePython,
  type SyntaxNode,
} from './syntax.js';

/** A failing test in a file, by 1-based lines. */
export interface FailingTest {
  /** A line of the definition of the test function, its first decorator included. */
  readonly testLine: number;
  /** Lines of the file in the call stack, outermost first: the first one in the test function counts; none: all goes. */
  readonly failingLines: readonly number[];
}

/**
 * The source of a test file in which each failing test is weaker: the statement that failed is taken out (a block that
 * expects an exception as a whole), or the body is emptied down to its docstring. Tests that are not there or are empty
 * already stay as they are; so does everything where no valid source would come of it.
 */
export function weakenTests(source: string, failures: readonly FailingTest[]): string {
  const module = parsePython(source);
  if (module.hasSyntaxError) return source;
  const functions = functionsOf(module);
  const targets = failures.flatMap((failure) => {
    const definition = functionAt(functions, failure.testLine);
    return definition
      ? [{ definition, failingLine: failure.failingLines.find((line) => isInside(line, definition)) }]
      : [];
  });
  const weakened = applyEdits(source, withoutOverlap(targets.map((target) => weaken(target, module))));
  if (!hasSyntaxError(weakened)) return weakened;
  const emptied = applyEdits(source, withoutOverlap(targets.map(({ definition }) => emptyBody(definition, module))));
  return hasSyntaxError(emptied) ? source : emptied;
}

interface Target {
  readonly definition: PythonFunction;
  readonly failingLine: number | undefined;
}

function weaken({ definition, failingLine }: Target, module: PythonModule): TextEdit {
  const body = definition.node.childForFieldName('body');
  const statement = failingLine === undefined || !body ? undefined : statementAt(body, failingLine - 1);
  if (!statement || statement.startIndex === definition.docstring?.start) return emptyBody(definition, module);
  return { ...removeStatement(statement, module), operator: 'weaken', line: statement.startPosition.row + 1 };
}

function emptyBody(definition: PythonFunction, module: PythonModule): TextEdit {
  const { docstring, bodyIndentation, body } = definition;
  const kept =
    docstring && bodyIndentation !== ''
      ? `${module.source.slice(docstring.start, docstring.end)}\n${bodyIndentation}`
      : '';
  return {
    start: startOfBody(definition, module),
    end: body.end,
    replacement: `${kept}pass`,
    operator: 'weaken',
    line: definition.startLine,
  };
}

function isInside(line: number, definition: PythonFunction): boolean {
  return definition.node.startPosition.row + 1 <= line && line <= definition.endLine;
}

/** Where the body starts, with comments above its first statement: they speak of code that is gone. */
function startOfBody({ node, body, bodyIndentation }: PythonFunction, { source }: PythonModule): number {
  if (bodyIndentation === '') return body.start;
  const isAbove = (child: SyntaxNode) =>
    child.type === 'comment' && indentationAt(source, child.startIndex) === bodyIndentation;
  return Math.min(node.namedChildren.find(isAbove)?.startIndex ?? body.start, body.start);
}

/** The function that is defined in this line, or else the innermost one around it. */
function functionAt(functions: readonly PythonFunction[], line: number): PythonFunction | undefined {
  return (
    functions.find((definition) => definition.startLine === line) ??
    functions.findLast((definition) => definition.startLine <= line && line <= definition.endLine)
  );
}

/** The innermost statement at a 0-based row; a compound one where its own lines are meant. */
function statementAt(block: SyntaxNode, row: number): SyntaxNode | undefined {
  const covers = (node: SyntaxNode) => node.startPosition.row <= row && row <= node.endPosition.row;
  const statement = block.namedChildren.find((child) => child.type !== 'comment' && covers(child));
  if (!statement || expectsException(statement)) return statement;
  const inner = blocksOf(statement).find(covers);
  return (inner && statementAt(inner, row)) ?? statement;
}

/** The blocks directly under a compound statement and its clauses. */
function blocksOf(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.flatMap((child) => {
    if (child.type === 'block') return [child];
    return /_clause$|_definition$/.test(child.type) ? blocksOf(child) : [];
  });
}

/** True for `with self.assertRaises(…):`, `with pytest.raises(…):` and their like. */
function expectsException(statement: SyntaxNode): boolean {
  const items = statement.namedChildren.find((child) => child.type === 'with_clause')?.text ?? '';
  return /\b(assert(Raises|Warns|Logs|NoLogs)\w*|raises|warns|deprecated_call)\s*\(/.test(items);
}

/** Equal edits once; of two that overlap the longer one. */
function withoutOverlap(edits: readonly TextEdit[]): TextEdit[] {
  const longestFirst = [...edits].sort((a, b) => b.end - b.start - (a.end - a.start));
  const kept: TextEdit[] = [];
  for (const edit of longestFirst) {
    if (kept.every((other) => edit.end <= other.start || other.end <= edit.start)) kept.push(edit);
  }
  return kept;
}
