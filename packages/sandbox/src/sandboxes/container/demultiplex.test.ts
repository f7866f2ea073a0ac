import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demultiplex } from './demultiplex.js';

function frame(stream: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

test('gives each stream its content, wherever the engine cuts its frames', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });
  fc.assert(
    fc.property(frames, fc.array(fc.nat(60), { maxLength: 20 }), (sent, cuts) => {
      const all = Buffer.concat(sent.map(([stream, content]) => frame(stream, content)));
      const got = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      const take = demultiplex((stream, content) => got[stream].push(content));
      let at = 0;
      for (const cut of [...cuts, all.length]) {
        take(all.subarray(at, at + cut));
        at += cut;
      }
      const expected = (stream: number) => Buffer.concat(sent.filter(([to]) => to === stream).map(([, text]) => text));
      expect(Buffer.concat(got.stdout)).toEqual(expected(1));
      expect(Buffer.concat(got.stderr)).toEqual(expected(2));
    }),
  );
});
