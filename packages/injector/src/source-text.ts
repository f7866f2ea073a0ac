import { outlineSource, type SourceOutline } from '@swe-selfplay/python';

/** One side of a changed file, as checks read it. */
export interface SourceText {
  /** Undefined for a binary file, a link, and one beyond the bound. */
  readonly text: string | undefined;
  /** Of Python alone: tokens, comments, and whether it parses. Worked out when it is first asked for. */
  readonly outline: SourceOutline | undefined;
}

/** Files beyond this are not read by checks; nobody writes them by hand. */
const MAX_BYTES = 1024 ** 2;

/** A text by the path that tells its language; `content` undefined: it is no text, or may not be read. */
export function createSourceText(path: string, content: Uint8Array | undefined): SourceText {
  const text = content && content.length <= MAX_BYTES && !content.includes(0) ? decode(content) : undefined;
  let outline: SourceOutline | undefined;
  return {
    text,
    get outline() {
      if (text !== undefined && /\.pyi?$/.test(path)) outline ??= outlineSource(text);
      return outline;
    },
  };
}

function decode(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return Buffer.from(content).toString('latin1');
  }
}
