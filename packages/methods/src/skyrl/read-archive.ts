const BLOCK = 512;

/**
 * The regular files of a tar archive by name, as GNU's tar and busybox write it; a link to a file of the archive is that
 * file. Never throws: what it cannot read, and an archive that is cut off, ends it. Contents are views of `archive`.
 */
export function readArchive(archive: Uint8Array): Map<string, Uint8Array> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.length);
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    const size = Number.parseInt(textAt(header, 124, 12).trim() || '0', 8);
    const end = at + BLOCK + size;
    if (header[0] === 0 || !Number.isSafeInteger(size) || size < 0 || end > bytes.length) break;
    const content = bytes.subarray(at + BLOCK, end);
    const name = longName ?? shortNameOf(header);
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') longName = textAt(content, 0, content.length);
    else if (type === 'x') longName = pathOfRecords(content) ?? longName;
    else if (type !== 'K') {
      longName = undefined;
      if (type === '0' || type === '\0') files.set(name, content);
      const linked = type === '1' ? files.get(textAt(header, 157, 100)) : undefined;
      if (linked !== undefined) files.set(name, linked);
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** Text that ends with a NUL byte, or with its field. */
function textAt(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? field.length : end).toString('utf8');
}

function shortNameOf(header: Buffer): string {
  const isPosix = header.subarray(257, 263).equals(Buffer.from('ustar\0'));
  const prefix = isPosix ? textAt(header, 345, 155) : '';
  const name = textAt(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The path in POSIX records, `LENGTH path=PATH` and a line feed, if it is told. */
function pathOfRecords(records: Buffer): string | undefined {
  for (let at = 0; at < records.length; ) {
    const length = Number.parseInt(records.subarray(at, at + 20).toString('latin1'), 10);
    if (!(length > 0)) return undefined;
    const record = records.subarray(at, at + length).toString('utf8');
    const [, path] = /^\d+ path=(.*)\n$/s.exec(record) ?? [];
    if (path !== undefined) return path;
    at += length;
  }
  return undefined;
}
