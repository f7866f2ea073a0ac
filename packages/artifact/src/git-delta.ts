/**
 * Applies one of git's deltas: two sizes, then copies from the source and insertions (git's `patch-delta.c` describes
 * the format). Undefined where the delta is malformed, is for a source of another size, or builds over `maxBytes`.
 */
export function applyDelta(source: Uint8Array, delta: Uint8Array, maxBytes: number): Uint8Array | undefined {
  const cursor: Cursor = { delta, at: 0 };
  const sourceSize = readSize(cursor);
  const resultSize = readSize(cursor);
  if (sourceSize !== source.length || resultSize === undefined || resultSize > maxBytes) return undefined;
  const result = new Uint8Array(resultSize);
  let filled = 0;
  while (cursor.at < delta.length) {
    const piece = readPiece(cursor, source);
    if (piece === undefined || filled + piece.length > resultSize) return undefined;
    result.set(piece, filled);
    filled += piece.length;
  }
  return filled === resultSize ? result : undefined;
}

interface Cursor {
  readonly delta: Uint8Array;
  at: number;
}

/** A size in groups of seven bits, lowest first; undefined where it is cut off or beyond 2^49. */
function readSize(cursor: Cursor): number | undefined {
  let size = 0;
  for (let group = 0; group < 7; group += 1) {
    const byte = cursor.delta[cursor.at];
    if (byte === undefined) return undefined;
    cursor.at += 1;
    size += (byte & 0x7f) * 2 ** (7 * group);
    if (byte < 0x80) return size;
  }
  return undefined;
}

function readPiece(cursor: Cursor, source: Uint8Array): Uint8Array | undefined {
  const command = cursor.delta[cursor.at]!;
  cursor.at += 1;
  if (command === 0) return undefined;
  if (command < 0x80) {
    const piece = cursor.delta.subarray(cursor.at, cursor.at + command);
    cursor.at += command;
    return piece.length === command ? piece : undefined;
  }
  // The low seven bits say which bytes of offset (four) and size (three) follow.
  const numbers: number[] = [];
  for (let bit = 0; bit < 7; bit += 1) {
    const isPresent = (command & (1 << bit)) !== 0;
    const byte = isPresent ? cursor.delta[cursor.at] : 0;
    if (byte === undefined) return undefined;
    if (isPresent) cursor.at += 1;
    numbers.push(byte);
  }
  const offset = fromBytes(numbers.slice(0, 4));
  const size = fromBytes(numbers.slice(4)) || 0x10000;
  return offset + size <= source.length ? source.subarray(offset, offset + size) : undefined;
}

function fromBytes(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
