const HEADER_BYTES = 8;

/**
 * Takes the stream of an attached container or command apart: frames of a header (stream, three zero bytes, length) and
 * content. The result is to be called with each chunk as it comes.
 */
export function demultiplex(
  onContent: (stream: 'stdout' | 'stderr', content: Buffer) => void,
): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let stream: 'stdout' | 'stderr' = 'stdout';
  let left = 0;
  return (chunk) => {
    for (let rest = chunk; rest.length > 0; ) {
      if (left > 0) {
        const content = rest.subarray(0, left);
        left -= content.length;
        rest = rest.subarray(content.length);
        onContent(stream, content);
        continue;
      }
      const taken = rest.subarray(0, HEADER_BYTES - header.length);
      header = Buffer.concat([header, taken]);
      rest = rest.subarray(taken.length);
      if (header.length < HEADER_BYTES) return;
      stream = header[0] === 2 ? 'stderr' : 'stdout';
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  };
}
