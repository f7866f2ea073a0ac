import { parsePython } from './syntax.js';

/** What a source is made of, apart from how it is laid out. */
export interface SourceOutline {
  readonly parses: boolean;
  /** Without their `#`; 1-based lines. */
  readonly comments: readonly { readonly line: number; readonly text: string }[];
  /**
   * Every token but comments, in order, and where blocks begin and end: equal for sources that differ in comments, blank
   * space and line breaks alone. Strings are one token each, docstrings included.
   */
  readonly tokens: readonly string[];
}

/** Reads the outline of a source; of one that does not parse, as far as it goes. */
export function outlineSource(source: string): SourceOutline {
  const { root, hasSyntaxError } = parsePython(source);
  const comments: { line: number; text: string }[] = [];
  const tokens: string[] = [];
  // A stack of its own instead of recursion: sources of strangers may be nested deeper than the call stack is.
  const pending: (typeof root | string)[] = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      tokens.push(next);
    } else if (next.type === 'comment') {
      comments.push({ line: next.startPosition.row + 1, text: next.text.replace(/^#+/, '').trim() });
    } else if (next.childCount === 0 || next.type === 'string') {
      if (next.text !== '') tokens.push(next.text);
    } else {
      if (next.type === 'block') {
        tokens.push('{');
        pending.push('}');
      }
      for (const child of next.children.reverse()) pending.push(child);
    }
  }
  return { parses: !hasSyntaxError, comments, tokens };
}
