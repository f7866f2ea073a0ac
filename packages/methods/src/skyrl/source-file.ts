import { createHash } from 'node:crypto';
import { type Definition, definitionsOf } from './definitions.js';

/** The text of a Python file and what is known of it; made once for each content. */
export interface SourceFile {
  /** Decoded as UTF-8, what is none replaced, without a byte order mark. */
  readonly text: string;
  /**
   * What the file defines; parses at the first call. Undefined where that takes too long, or is not done yet and `deadline`,
   * a time as `performance.now()` tells it, has passed.
   */
  definitions(deadline: number): readonly Definition[] | undefined;
  /** Whether `definitions` answers at once: of many files what they define is not kept. */
  isParsed(): boolean;
}

/** Files by content: those that several rollouts on one repository have in common are kept and parsed once. */
export interface SourceStore {
  fileOf(content: Uint8Array): SourceFile;
}

/** Definitions of all files that are kept; larger libraries have a tenth of it. */
const MAX_KEPT_DEFINITIONS = 500_000;

/** Holds a file only as long as somebody else does. `parseTimeoutMs`: for one file, of wall time. */
export function createSourceStore(
  parseTimeoutMs: number,
  maxKeptDefinitions: number = MAX_KEPT_DEFINITIONS,
): SourceStore {
  const known = new Map<string, WeakRef<SourceFile>>();
  let left = maxKeptDefinitions;
  const collected = new FinalizationRegistry<{ readonly digest: string; readonly kept: number }>(({ digest, kept }) => {
    left += kept;
    if (known.get(digest)?.deref() === undefined) known.delete(digest);
  });
  return {
    fileOf(content) {
      const digest = createHash('sha256').update(content).digest('base64');
      const existing = known.get(digest)?.deref();
      if (existing !== undefined) return existing;
      const holding = { digest, kept: 0 };
      const file = createSourceFile(content, parseTimeoutMs, (count) => {
        if (count > left) return false;
        left -= count;
        holding.kept = count;
        return true;
      });
      known.set(digest, new WeakRef(file));
      collected.register(file, holding);
      return file;
    },
  };
}

/** `keep`: whether there is room for so many definitions, which then is theirs. */
function createSourceFile(content: Uint8Array, parseTimeoutMs: number, keep: (count: number) => boolean): SourceFile {
  const text = new TextDecoder().decode(content);
  let parsed: { readonly definitions: readonly Definition[] | undefined } | undefined;
  return {
    text,
    definitions(deadline) {
      if (parsed !== undefined) return parsed.definitions;
      if (performance.now() > deadline) return undefined;
      const definitions = definitionsOf(text, parseTimeoutMs);
      if (keep(definitions?.length ?? 0)) parsed = { definitions };
      return definitions;
    },
    isParsed: () => parsed !== undefined,
  };
}

/** The lines of a text without their ends; the end of the last line opens no other. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
