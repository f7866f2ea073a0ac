import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWitness } from './witness-harness.js';

const ABSENT = { status: 'absent', results: new Map(), tampered: [] };

function told(text: string, size?: number): Buffer {
  const content = deflateSync(Buffer.from(text));
  return Buffer.concat([Buffer.from(`a warning\nwitness ${size ?? content.length}\n`), content]);
}

test('reads ids of every spelling', () => {
  const witness = readWitness(
    told('complete\ntnew\ntb\\\\n\np__proto__\nspytest a\\nb\nfüñ\ncw1t.py\tc2u.py\\npytest a\\nb'),
  );
  expect(witness).toEqual({
    status: 'complete',
    results: new Map([
      ['__proto__', 'passed'],
      ['pytest a\nb', 'skipped'],
      ['üñ', 'failed'],
    ]),
    tampered: ['b\\n', 'new'],
    code: new Map([['pytest a\nb', 'w1t.py\tc2u.py']]),
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a cut one', told('complete\npa').subarray(0, -3)],
  ['one of another size', told('complete\npa', 1_000_000)],
  ['one of no size', Buffer.from('\nwitness x\n')],
  ['what does not inflate', Buffer.from('\nwitness 3\nabc')],
  ['a status that is none', told('perfect\npa')],
])('takes %s for no witness', (_title, stream) => {
  expect(readWitness(stream)).toEqual(ABSENT);
});

test('never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.string().map((text) => told(text)),
      ),
      (stream) => {
        expect(['absent', 'complete', 'incomplete']).toContain(readWitness(stream).status);
      },
    ),
  );
});
