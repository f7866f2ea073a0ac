/** What a model thought, and what it said after that. */
export interface SplitText {
  /** Undefined: the text holds no reasoning. */
  readonly reasoning: string | undefined;
  readonly text: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';

/**
 * Splits reasoning off a reply of a server that does not: at the last line that is `</think>`, as the CWM scaffold
 * does, since reasoning may quote the tag. The opening tag is often part of the prompt and missing in the reply.
 */
export function splitReasoning(content: string): SplitText {
  const start = content.trimStart().startsWith(OPEN) ? content.indexOf(OPEN) + OPEN.length : undefined;
  const line = lastCloseLine(content);
  // Not on a line of its own it is taken only where it closes a tag that was opened; then the first one does.
  const close = line ?? (start === undefined ? undefined : found(content.indexOf(CLOSE, start)));
  if (close !== undefined && close >= (start ?? 0))
    return {
      reasoning: content.slice(start ?? 0, close).trim(),
      text: content.slice(close + CLOSE.length).trimStart(),
    };
  // Cut off while it was thinking.
  if (start !== undefined) return { reasoning: content.slice(start).trim(), text: '' };
  return { reasoning: undefined, text: content };
}

function lastCloseLine(content: string): number | undefined {
  const inside = found(content.lastIndexOf(`\n${CLOSE}\n`));
  if (content.endsWith(`\n${CLOSE}`)) return content.length - CLOSE.length;
  return inside === undefined ? undefined : inside + 1;
}

function found(index: number): number | undefined {
  return index === -1 ? undefined : index;
}
