import { parsePythonWithin } from '@swe-selfplay/python';

/** A class or function of a file, nested ones included. Lines are 1-based, both inclusive, decorators included. */
export interface Definition {
  readonly kind: 'class' | 'function';
  readonly name: string;
  /** As Python's `__qualname__` without `<locals>`: `Stack.push`, `outer.inner`. */
  readonly qualifiedName: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The line of the `class` or `def` itself. */
  readonly headLine: number;
}

const TYPES = ['decorated_definition', 'class_definition', 'function_definition'];
/** More than this no file has that somebody wrote. */
const MAX_DEFINITIONS = 10_000;

/**
 * The classes and functions of a source in the order of their text, outer before inner; of one that does not parse, those
 * that are found in spite of it. Undefined where parsing takes more than `timeoutMs`.
 */
export function definitionsOf(source: string, timeoutMs: number): readonly Definition[] | undefined {
  const module = parsePythonWithin(source, timeoutMs);
  if (module === undefined) return undefined;
  const found: Definition[] = [];
  const around: { readonly end: number; readonly prefix: string }[] = [];
  let decoratedRow: number | undefined;
  for (const node of module.root.descendantsOfType(TYPES)) {
    if (node.type === 'decorated_definition') {
      decoratedRow = node.startPosition.row;
      continue;
    }
    if (found.length === MAX_DEFINITIONS) break;
    // By their ends, since asking each node for its parent takes quadratic time.
    while (around.length > 0 && around.at(-1)!.end <= node.startIndex) around.pop();
    const name = node.childForFieldName('name')?.text ?? '';
    const qualifiedName = `${around.at(-1)?.prefix ?? ''}${name}`;
    around.push({ end: node.endIndex, prefix: `${qualifiedName}.` });
    const { row, column } = node.endPosition;
    const headRow = node.startPosition.row;
    found.push({
      kind: node.type === 'class_definition' ? 'class' : 'function',
      name,
      qualifiedName,
      startLine: (decoratedRow ?? headRow) + 1,
      endLine: column === 0 && row > headRow ? row : row + 1,
      headLine: headRow + 1,
    });
    decoratedRow = undefined;
  }
  return found;
}
