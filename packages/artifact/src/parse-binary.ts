import { BYTES_PER_LINE, decodeBinaryLine, inflateExactly } from './git-binary.js';
import type { BinaryData } from './git-diff.js';
import { excerpt, type LineReader } from './line-reader.js';
import { MAX_BINARY_BYTES } from './patch-limits.js';
import { refuse } from './refusal.js';

/** How much more binary data a patch may inflate to; shared by all its files. */
export interface BinaryBudget {
  remainingBytes: number;
}

/** Reads a `GIT binary patch` from its first line on: the new content and, where it is there, the old one. */
export function readBinaryPatch(
  reader: LineReader,
  budget: BinaryBudget,
): { readonly forward: BinaryData; readonly backward: BinaryData | undefined } {
  reader.next();
  const forward = readBlock(reader, budget);
  const hasBackward = /^(literal|delta) /.test(reader.peek() ?? '');
  return { forward, backward: hasBackward ? readBlock(reader, budget) : undefined };
}

function readBlock(reader: LineReader, budget: BinaryBudget): BinaryData {
  const line = reader.lineNumber;
  const header = /^(literal|delta) (0|[1-9]\d{0,14})$/.exec(reader.peek() ?? '');
  if (!header) refuse('malformed', `Expected "literal SIZE" or "delta SIZE", got ${excerpt(reader.peek())}.`, { line });
  reader.next();
  const size = Number(header[2]);
  if (size > budget.remainingBytes) {
    refuse('too-large', `Expected at most ${MAX_BINARY_BYTES} bytes of binary data, got more.`, { line });
  }
  budget.remainingBytes -= size;
  const data = inflateExactly(readDeflated(reader), size);
  if (!data) refuse('malformed', `Expected deflated data of exactly ${size} bytes.`, { line });
  return { kind: header[1] as BinaryData['kind'], data };
}

function readDeflated(reader: LineReader): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const line = reader.lineNumber;
    const text = reader.next();
    // An empty line ends the block; at the very end of a patch it may have been trimmed.
    if (text === undefined || text === '') return Buffer.concat(pieces);
    const bytes = decodeBinaryLine(text);
    if (!bytes)
      refuse('malformed', `Expected a line of base 85 or the empty line that ends it, got ${excerpt(text)}.`, { line });
    if ((pieces.at(-1)?.length ?? BYTES_PER_LINE) < BYTES_PER_LINE) {
      refuse('malformed', 'Only the last line of binary data may be short.', { line });
    }
    pieces.push(bytes);
  }
}
