/** A stretch of what the model said, `start` to `end` in characters, and what a server makes of it. */
export interface Segment {
  readonly kind: 'reasoning' | 'content' | 'call-name' | 'call-arguments' | 'hidden';
  readonly start: number;
  readonly end: number;
  /** Of a call: its place among the calls of the reply. */
  readonly call?: number;
  readonly name?: string;
}

const OPEN = '<think>';
const CLOSE = '</think>';
const CALL = '<tool_call>';
const HEADER = /<tool_call>\s*\{\s*"name":\s*"([^"]*)",\s*"arguments":\s*/y;
const TAIL = /\}\s*<\/tool_call>\s*/g;

export interface SplitReply {
  readonly text: string;
  /** In order and without gaps. */
  readonly segments: readonly Segment[];
  /** Undefined: it did not think, or nobody looks for that. */
  readonly reasoning: string | undefined;
  /** All that follows the reasoning. */
  readonly rest: string;
  /** What of it stands before the first call. */
  readonly content: string;
  /** What stands within each pair of tags, the last one perhaps without its end; empty: no calls. */
  readonly blocks: readonly string[];
}

const BLOCK = /<tool_call>(.*?)(?:<\/tool_call>|$)/gs;

/** What the parsers of a server see in a reply; one that was cut ends anywhere. */
export function splitReply(
  text: string,
  { reasoning, tools }: { readonly reasoning: boolean; readonly tools: boolean },
): SplitReply {
  const segments: Segment[] = [];
  let start = 0;
  if (reasoning && text.startsWith(OPEN)) {
    const close = text.indexOf(CLOSE);
    const end = close === -1 ? text.length : close;
    segments.push({ kind: 'hidden', start: 0, end: OPEN.length }, { kind: 'reasoning', start: OPEN.length, end });
    start = close === -1 ? end : close + CLOSE.length;
    segments.push({ kind: 'hidden', start: end, end: start });
  }
  const firstCall = tools ? text.indexOf(CALL, start) : -1;
  const contentEnd = firstCall === -1 ? text.length : firstCall;
  segments.push({ kind: 'content', start, end: contentEnd });
  if (firstCall !== -1) segments.push(...splitCalls(text, firstCall));
  const thought = segments.find(({ kind }) => kind === 'reasoning');
  return {
    text,
    segments: segments.filter((segment) => segment.end > segment.start),
    reasoning: thought && text.slice(thought.start, thought.end),
    rest: text.slice(start),
    content: text.slice(start, contentEnd),
    blocks: [...text.slice(contentEnd).matchAll(BLOCK)].map((match) => match[1]!),
  };
}

function splitCalls(text: string, first: number): Segment[] {
  const segments: Segment[] = [];
  let call = 0;
  for (let start = first; start < text.length; ) {
    HEADER.lastIndex = start;
    const header = HEADER.exec(text);
    if (header === null) {
      const next = text.indexOf(CALL, start + 1);
      const end = next === -1 ? text.length : next;
      segments.push({ kind: 'hidden', start, end });
      start = end;
      continue;
    }
    const inside = start + header[0].length;
    TAIL.lastIndex = inside;
    const tail = TAIL.exec(text);
    const argumentsEnd = tail?.index ?? text.length;
    const end = tail === null ? text.length : tail.index + tail[0].length;
    segments.push(
      { kind: 'call-name', start, end: inside, call, name: header[1]! },
      { kind: 'call-arguments', start: inside, end: argumentsEnd, call },
      { kind: 'hidden', start: argumentsEnd, end },
    );
    call += 1;
    start = end;
  }
  return segments;
}

export interface CallDelta {
  readonly index: number;
  readonly name?: string;
  readonly arguments?: string;
}

export interface ReplyDelta {
  readonly reasoning?: string;
  readonly content?: string;
  readonly calls: readonly CallDelta[];
}

/** What of the segments comes to light between two places of the text. A name comes when the arguments begin. */
export function deltaBetween({ text, segments }: SplitReply, from: number, to: number): ReplyDelta {
  const calls = new Map<number, CallDelta>();
  const parts: { reasoning?: string; content?: string } = {};
  for (const { kind, start, end, call, name } of segments) {
    const piece = text.slice(Math.max(start, from), Math.min(end, to));
    if (kind === 'call-name' && call !== undefined && name !== undefined && end > from && end <= to)
      calls.set(call, { ...calls.get(call), index: call, name });
    if (piece === '' || Math.min(end, to) <= Math.max(start, from)) continue;
    if (kind === 'reasoning' || kind === 'content') parts[kind] = piece;
    if (kind === 'call-arguments' && call !== undefined)
      calls.set(call, { ...calls.get(call), index: call, arguments: piece });
  }
  return { ...parts, calls: [...calls.values()] };
}
