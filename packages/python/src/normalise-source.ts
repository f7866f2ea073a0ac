import { isQuickToParse } from './is-quick-to-parse.js';
import { createLayout } from './normalise-layout.js';
import { docstringOf, parsePythonWithin, type SyntaxNode } from './syntax.js';

/** A source in its normal form, or as it was where it has none. */
export interface NormalisedSource {
  /** `verbatim`: it does not parse, or something about it is not plain enough to be laid out anew. */
  readonly status: 'normalised' | 'verbatim';
  readonly text: string;
}

export interface NormaliseOptions {
  /** New names by old ones, of identifiers wherever they stand. */
  readonly renamed?: ReadonlyMap<string, string>;
}

/** Of the longest source that is parsed; ordinary ones take some milliseconds. */
const PARSE_TIMEOUT_MS = 3_000;
const CODING = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/**
 * A source without comments, docstrings and layout: one statement a line, tokens one space apart, four spaces a block;
 * a body that held a docstring alone holds `pass`. Sources with equal normal forms have equal syntax trees but for
 * docstrings, so they do the same unless they read their own `__doc__` or line numbers. The converse does not hold:
 * tokens stay as they are, where the reference unparses a syntax tree (SWE-Swiss, evaluation/agentless: `ast.unparse`)
 * and so joins quotes of both kinds and needless parentheses as well.
 *
 * What tree-sitter forgives and Python does not (indentation that does not fit, blocks without a statement) is left
 * verbatim, so that code that runs is never the same as code that does not; so is what takes long to parse.
 */
export function normaliseSource(source: string, options: NormaliseOptions = {}): NormalisedSource {
  const verbatim: NormalisedSource = { status: 'verbatim', text: source };
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  if (!isQuickToParse(text) || hasOtherCoding(text)) return verbatim;
  const module = parsePythonWithin(text, PARSE_TIMEOUT_MS);
  if (module === undefined || module.hasSyntaxError) return verbatim;
  const lines = linesOf(module.root, text, options.renamed ?? new Map());
  return lines === undefined ? verbatim : { status: 'normalised', text: lines.map((line) => `${line}\n`).join('') };
}

/** A comment that says how bytes are to be read means something. */
function hasOtherCoding(text: string): boolean {
  const codings = text.split('\n', 2).map((line) => CODING.exec(line)?.[1]);
  return codings.some((coding) => coding !== undefined && !/^utf-?8$/i.test(coding));
}

/** A node to write, one to pass over, or what happens to the line at this place. */
type Step = SyntaxNode | { readonly passedOver: SyntaxNode } | 'new-line' | 'deeper' | 'back' | 'pass';

/** The lines of the normal form; undefined where the tree does not tell all that the text says. */
function linesOf(root: SyntaxNode, text: string, renamed: ReadonlyMap<string, string>): string[] | undefined {
  const layout = createLayout(text);
  // A stack of its own instead of recursion: sources of strangers may be nested deeper than the call stack is.
  const pending: Step[] = [root];
  for (let step = pending.pop(); step !== undefined && layout.isSound(); step = pending.pop()) {
    if (typeof step === 'string') layout.move(step);
    else if ('passedOver' in step) layout.read(step.passedOver, undefined);
    else if (isLeaf(step)) layout.read(step, writtenOf(step, renamed));
    else for (const next of stepsOf(step).reverse()) pending.push(next);
  }
  return layout.finish();
}

function isLeaf(node: SyntaxNode): boolean {
  return (node.childCount === 0 && node.type !== 'module' && node.type !== 'block') || node.type === 'string';
}

/** What is written of a token; comments and what only parts statements or lines are passed over. */
function writtenOf({ type, text }: SyntaxNode, renamed: ReadonlyMap<string, string>): string | undefined {
  if (type === 'comment' || type === 'line_continuation' || type === ';' || text === '') return undefined;
  return (type === 'identifier' ? renamed.get(text) : undefined) ?? text;
}

function stepsOf(node: SyntaxNode): Step[] {
  if (node.type === 'decorated_definition') return node.children.flatMap((child): Step[] => ['new-line', child]);
  if (node.type !== 'module' && node.type !== 'block') return node.children;
  const docstring = plainDocstring(node);
  const steps = node.children.flatMap((child): Step[] => [
    'new-line',
    child.startIndex === docstring?.startIndex ? { passedOver: child } : child,
  ]);
  if (node.type === 'module') return steps;
  const isAlone = docstring !== undefined && node.namedChildren.filter(({ type }) => type !== 'comment').length === 1;
  return ['deeper', ...steps, ...(isAlone ? (['pass'] as const) : []), 'back'];
}

/** The docstring of a body, where it is one string without anything in it that is computed. */
function plainDocstring(body: SyntaxNode): SyntaxNode | undefined {
  const canHaveOne = body.type === 'module' || /^(class|function)_definition$/.test(body.parent?.type ?? '');
  const docstring = canHaveOne ? docstringOf(body) : undefined;
  return docstring && /^[rRuU]?["']/.test(docstring.text) ? docstring : undefined;
}
