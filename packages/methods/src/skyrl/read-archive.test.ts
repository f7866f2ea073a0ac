import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readArchive } from './read-archive.js';

const folder = mkdtempSync(join(tmpdir(), 'archive-'));
const LONG = `${'deep/'.repeat(30)}${'n'.repeat(130)}.py`;
const FILES = ['a.py', 'empty.py', LONG];
mkdirSync(join(folder, 'deep/'.repeat(30)), { recursive: true });
writeFileSync(join(folder, 'a.py'), 'a'.repeat(600));
writeFileSync(join(folder, 'empty.py'), '');
writeFileSync(join(folder, LONG), 'b');
linkSync(join(folder, 'a.py'), join(folder, 'twin.py'));
symlinkSync('a.py', join(folder, 'link.py'));
afterAll(() => rmSync(folder, { recursive: true }));

function pack(format: string): Buffer {
  const paths = [...FILES, 'twin.py', 'link.py'].map((path) => `./${path}`);
  return execFileSync('tar', [`--format=${format}`, '-cf', '-', ...paths], { cwd: folder });
}

test.each(['gnu', 'pax'])(
  'reads regular and linked files of %s archives, whatever the length of their names',
  (format) => {
    const files = [...readArchive(pack(format))].map(([name, content]) => [name, Buffer.from(content).toString()]);
    expect(Object.fromEntries(files)).toEqual({
      './a.py': 'a'.repeat(600),
      './empty.py': '',
      [`./${LONG}`]: 'b',
      './twin.py': 'a'.repeat(600),
    });
  },
);

test('reads what is whole of an archive that is cut off anywhere', () => {
  const archive = pack('gnu');
  for (let length = 0; length < 3072; length += 100) {
    const files = readArchive(archive.subarray(0, length));
    expect(files.has('./a.py')).toBe(length >= 1112);
  }
});

test('reads any bytes without an error', () => {
  const archive = pack('pax');
  fc.assert(
    fc.property(fc.nat(archive.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, bytes) => {
      const damaged = Buffer.from(archive);
      damaged.set(bytes.subarray(0, archive.length - at), at);
      for (const content of readArchive(damaged).values()) expect(content.length).toBeLessThan(archive.length);
    }),
  );
});
