import type { TextEdit } from './operator.js';
import { removeStatement } from './remove-statement.js';
import { docstringOf, type PythonFunction, type PythonModule, type SyntaxNode } from './syntax.js';

export type RemovalKind = 'body' | 'branch' | 'statements' | 'method';

/** Code taken out of one function such that what is left still parses and can still be imported. */
export interface Removal extends TextEdit {
  readonly operator: `remove-${RemovalKind}`;
}

/**
 * Every removal that makes sense in a function: its whole body (signature and docstring stay, a plausible simpler
 * remainder takes its place), a branch or a loop, a run of statements, or a whole method of a class.
 */
export function removalsOf(definition: PythonFunction, module: PythonModule): Removal[] {
  const body = definition.node.childForFieldName('body');
  if (!body || definition.bodyIndentation === '') return [];
  return [
    ...removeBody(definition, body),
    ...removeBranches(body, module),
    ...removeRuns(definition, body, module),
    ...removeMethod(definition, module),
  ];
}

function removeBody(definition: PythonFunction, body: SyntaxNode): Removal[] {
  const statements = statementsOf(body);
  const first = statements[0];
  // Objects without their attributes break everything at once; and a body of one line is the business of operators.
  if (definition.name === '__init__' || !first || statements.at(-1)!.endPosition.row - first.startPosition.row < 1)
    return [];
  return [
    removal('body', first, { start: first.startIndex, end: body.endIndex, replacement: remainderOf(definition, body) }),
  ];
}

/** What a caller gets that only wants to go on: the first argument, nothing, or an empty iteration. */
function remainderOf(definition: PythonFunction, body: SyntaxNode): string {
  const argument = definition.parameters.find((name) => name !== 'self' && name !== 'cls');
  if (definition.isGenerator)
    return definition.isAsync || argument === undefined
      ? `return\n${definition.bodyIndentation}yield`
      : `yield from ${argument}`;
  const returnsValue = /\breturn[ \t]+(?!None\b)\S/.test(body.text);
  if (!returnsValue) return 'pass';
  return argument === undefined ? 'return None' : `return ${argument}`;
}

function removeBranches(block: SyntaxNode, module: PythonModule): Removal[] {
  return statementsOf(block).flatMap((statement) => {
    if (!/^(if|for|while|try|with)_statement$/.test(statement.type)) return [];
    const inner = statement.namedChildren.flatMap((child) =>
      child.type === 'block' ? [child] : blocksOfClause(child),
    );
    return [
      removal('branch', statement, removeStatement(statement, module)),
      ...inner.flatMap((nested) => removeBranches(nested, module)),
    ];
  });
}

/** Two or three statements in a row, and all from one statement on. */
function removeRuns(definition: PythonFunction, body: SyntaxNode, module: PythonModule): Removal[] {
  const statements = statementsOf(body);
  return statements.flatMap((first, index) =>
    [index + 1, index + 2, statements.length - 1].flatMap((last, choice, choices) => {
      const isAllOrTooMuch =
        last >= statements.length || last <= index || (index === 0 && last === statements.length - 1);
      if (isAllOrTooMuch || choices.indexOf(last) !== choice) return [];
      return runRemoval(definition, first, statements[last]!, module);
    }),
  );
}

function runRemoval(definition: PythonFunction, first: SyntaxNode, last: SyntaxNode, module: PythonModule): Removal[] {
  const head = removeStatement(first, module);
  const tail = removeStatement(last, module);
  const areWholeLines = head.replacement === '' && tail.replacement === '';
  const text = module.source.slice(first.startIndex, last.endIndex);
  // A generator that loses its last yield would become a function of another kind.
  if (!areWholeLines || (definition.isGenerator && /\byield\b/.test(text))) return [];
  return [removal('statements', first, { start: head.start, end: tail.end, replacement: '' })];
}

/** A method whose class keeps others; its base class, or an AttributeError, takes its place. */
function removeMethod(definition: PythonFunction, module: PythonModule): Removal[] {
  const outer = definition.decorators.length > 0 ? definition.node.parent! : definition.node;
  const siblings = outer.parent?.namedChildren.filter((child) => /definition$/.test(child.type)) ?? [];
  const isPlain = definition.className !== undefined && definition.name !== '__init__' && siblings.length > 1;
  // `@name.setter` and a reference in the class body need the method while the class is being made.
  const uses = module.source.match(new RegExp(`(?<![\\w.])${definition.name}\\b`, 'g'))?.length ?? 0;
  if (!isPlain || uses > 1 || definition.decorators.some((decorator) => /abstract|overload|setter/.test(decorator)))
    return [];
  return [removal('method', outer, removeStatement(outer, module))];
}

function removal(kind: RemovalKind, node: SyntaxNode, edit: Pick<TextEdit, 'start' | 'end' | 'replacement'>): Removal {
  return { ...edit, operator: `remove-${kind}`, line: node.startPosition.row + 1 };
}

/** The statements of a block without comments and docstring. */
function statementsOf(block: SyntaxNode): SyntaxNode[] {
  const docstring = docstringOf(block);
  return block.namedChildren.filter((child) => child.type !== 'comment' && child.startIndex !== docstring?.startIndex);
}

function blocksOfClause(node: SyntaxNode): SyntaxNode[] {
  return /_clause$/.test(node.type) ? node.namedChildren.filter((child) => child.type === 'block') : [];
}
