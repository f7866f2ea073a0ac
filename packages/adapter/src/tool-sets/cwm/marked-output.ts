/** The output of a shell, held up to a bound until it is taken, and searched for the mark that ends a command. */
export interface MarkedOutput {
  add(chunk: Uint8Array): void;
  /** Looks for a mark in what comes from now on; `onMarked` gets the number behind it. */
  expect(mark: string, onMarked: (exitCode: number) => void): void;
  /** What came before the mark, or all where there was none; the bytes are not held any longer. */
  take(): Buffer;
}

/** More than a mark, a space, a number and a newline. */
const MARK_ROOM_BYTES = 64;

/** Calls `onExceeded`, once, when more than `maxBytes` are held that no mark has ended. */
export function createMarkedOutput(maxBytes: number, onExceeded: () => void): MarkedOutput {
  let chunks: Buffer[] = [];
  let size = 0;
  /** The last bytes, as latin1, in which a mark may have begun. */
  let tail = '';
  let hasExceeded = false;
  let expected: { readonly pattern: RegExp; readonly onMarked: (exitCode: number) => void } | undefined;
  let markedAt: { readonly start: number; readonly end: number } | undefined;

  function exceed(): void {
    expected = undefined;
    if (hasExceeded) return;
    hasExceeded = true;
    onExceeded();
  }

  return {
    add(chunk) {
      if (hasExceeded) return;
      const bytes = Buffer.from(chunk);
      const text = tail + bytes.toString('latin1');
      const textStart = size - tail.length;
      chunks.push(bytes);
      size += bytes.length;
      tail = text.slice(-MARK_ROOM_BYTES);
      const match = expected?.pattern.exec(text);
      if (expected !== undefined && match) {
        const start = textStart + match.index;
        markedAt = { start, end: start + match[0].length };
        if (start > maxBytes) return exceed();
        const { onMarked } = expected;
        expected = undefined;
        onMarked(Number(match[1]));
      } else if (size - (markedAt?.end ?? 0) > maxBytes + (expected === undefined ? 0 : MARK_ROOM_BYTES)) exceed();
    },
    expect(mark, onMarked) {
      expected = { pattern: new RegExp(`${mark} (\\d+)\\n`), onMarked };
    },
    take() {
      const all = Buffer.concat(chunks);
      const taken = all.subarray(0, Math.min(markedAt?.start ?? size, maxBytes));
      chunks = markedAt === undefined ? [] : [all.subarray(markedAt.end)];
      size = chunks[0]?.length ?? 0;
      tail = '';
      markedAt = undefined;
      return taken;
    },
  };
}
