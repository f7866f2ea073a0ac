import { deflateSync, inflateSync } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const DIGIT_CODES = Buffer.from(ALPHABET, 'latin1');
const NO_DIGIT = 85;
/** Values of the digits by character code. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value === -1 ? NO_DIGIT : value;
});
/** Git writes 52 bytes a line: lengths 1..26 are `A`..`Z`, 27..52 are `a`..`z`. */
export const BYTES_PER_LINE = 52;

/** Lines of a `GIT binary patch` block for data: deflated, then base 85. */
export function encodeBinaryLines(data: Uint8Array): string[] {
  const deflated = deflateSync(data);
  const lines: string[] = [];
  for (let at = 0; at < deflated.length; at += BYTES_PER_LINE) {
    lines.push(encodeLine(deflated.subarray(at, at + BYTES_PER_LINE)));
  }
  return lines;
}

/** The bytes of one line of a block, or undefined where it is not one. */
export function decodeBinaryLine(line: string): Uint8Array | undefined {
  const length = lineLength(line);
  if (length === undefined || line.length !== 1 + Math.ceil(length / 4) * 5) return undefined;
  const bytes = Buffer.alloc(Math.ceil(length / 4) * 4);
  for (let group = 0; group * 4 < length; group += 1) {
    let value = 0;
    for (let at = 1 + group * 5; at < 6 + group * 5; at += 1) {
      const digit = DIGITS[line.charCodeAt(at)] ?? NO_DIGIT;
      if (digit === NO_DIGIT) return undefined;
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) return undefined;
    bytes.writeUInt32BE(value, group * 4);
  }
  return bytes.subarray(0, length);
}

/** Inflates to exactly `size` bytes and never holds more; undefined where the data is anything else. */
export function inflateExactly(deflated: Uint8Array, size: number): Uint8Array | undefined {
  try {
    // With `info` the result also tells how much input was used: data behind the end of the stream is refused.
    const { buffer, engine } = inflateSync(deflated, { maxOutputLength: Math.max(size, 1), info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    if (buffer.length !== size || engine.bytesWritten !== deflated.length) return undefined;
    return new Uint8Array(buffer);
  } catch {
    return undefined;
  }
}

function encodeLine(bytes: Uint8Array): string {
  const groups = Math.ceil(bytes.length / 4);
  const line = Buffer.alloc(1 + groups * 5);
  line[0] = bytes.length <= 26 ? 64 + bytes.length : 70 + bytes.length;
  for (let group = 0; group < groups; group += 1) {
    let value = 0;
    for (let at = group * 4; at < group * 4 + 4; at += 1) value = value * 256 + (bytes[at] ?? 0);
    for (let at = group * 5 + 5; at > group * 5; at -= 1) {
      line[at] = DIGIT_CODES[value % 85]!;
      value = Math.floor(value / 85);
    }
  }
  return line.toString('latin1');
}

function lineLength(line: string): number | undefined {
  if (/^[A-Z]/.test(line)) return line.charCodeAt(0) - 64;
  if (/^[a-z]/.test(line)) return line.charCodeAt(0) - 70;
  return undefined;
}
