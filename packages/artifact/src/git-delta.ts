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
  // One object for all pieces: a few kilobytes of patch text can inflate to tens of millions of them.
  const piece: Piece = { from: source, start: 0, end: 0 };
  let filled = 0;
  while (cursor.at < delta.length) {
    if (!readPiece(cursor, source, piece) || filled + piece.end - piece.start > resultSize) return undefined;
    copyPiece(piece, result, filled);
    filled += piece.end - piece.start;
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

/** Shorter pieces are copied byte by byte, which is quicker than to make a view of them. */
const SHORT_PIECE = 64;

interface Piece {
  from: Uint8Array;
  start: number;
  end: number;
}

function copyPiece({ from, start, end }: Piece, result: Uint8Array, place: number): void {
  if (end - start > SHORT_PIECE) result.set(from.subarray(start, end), place);
  else for (let at = start; at < end; at += 1) result[place + at - start] = from[at]!;
}

/** Reads the next command into `piece`; false where it is malformed. */
function readPiece(cursor: Cursor, source: Uint8Array, piece: Piece): boolean {
  const command = cursor.delta[cursor.at]!;
  cursor.at += 1;
  if (command === 0) return false;
  if (command < 0x80) {
    piece.from = cursor.delta;
    piece.start = cursor.at;
    cursor.at += command;
    piece.end = cursor.at;
    return cursor.at <= cursor.delta.length;
  }
  // The low seven bits say which bytes of offset (four) and size (three) follow, lowest first.
  let offset = 0;
  let size = 0;
  for (let bit = 0; bit < 7; bit += 1) {
    if ((command & (1 << bit)) === 0) continue;
    const byte = cursor.delta[cursor.at];
    if (byte === undefined) return false;
    cursor.at += 1;
    if (bit < 4) offset += byte * 2 ** (8 * bit);
    else size += byte * 2 ** (8 * (bit - 4));
  }
  if (size === 0) size = 0x10000;
  piece.from = source;
  piece.start = offset;
  piece.end = offset + size;
  return piece.end <= source.length;
}
