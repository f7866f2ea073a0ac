import type { Random } from '@swe-selfplay/artifact';
import {
  applyEdits,
  functionsOf,
  hasSyntaxError,
  OPERATORS,
  type PythonModule,
  parsePython,
  type SyntaxNode,
  type TextEdit,
} from '@swe-selfplay/python';

/** What a writer gets wrong about a value that it expects. */
const MISTAKES = new Set([
  'constant-off-by-one',
  'boolean-constant',
  'string-constant',
  'comparison-swap',
  'comparison-boundary',
  'arithmetic-swap',
]);

/**
 * The source with one mistake in an assertion of a test function: an expected value or a comparison changed by an
 * operator that breaks code, as a careless writer would. The test may be wrong then, or only weaker. Undefined where the
 * function makes no such assertion.
 */
export function perturbTest(source: string, qualifiedName: string, random: Random): string | undefined {
  const module = parsePython(source);
  const definition = functionsOf(module).find((each) => each.qualifiedName === qualifiedName);
  if (!definition || module.hasSyntaxError) return undefined;
  const edits = OPERATORS.filter(({ name }) => MISTAKES.has(name))
    .flatMap((operator) => operator.edits(definition, module))
    .filter((edit) => isInAssertion(edit, module));
  for (const edit of random.shuffle(edits)) {
    const changed = applyEdits(source, [edit]);
    if (changed !== source && !hasSyntaxError(changed)) return changed;
  }
  return undefined;
}

/** True within `assert …` and within the arguments of `self.assertEqual(…)` and its like. */
function isInAssertion({ start, end }: TextEdit, { root }: PythonModule): boolean {
  for (let node: SyntaxNode | null = root.descendantForIndex(start, end); node !== null; node = node.parent) {
    const isCall = node.type === 'call' && /(^|\.)assert\w*$/i.test(node.childForFieldName('function')?.text ?? '');
    if (isCall || node.type === 'assert_statement') return true;
  }
  return false;
}
