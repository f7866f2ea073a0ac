import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseReport } from './parse-report.js';

const parse = (text: string) => parseReport(Buffer.from(text));

function reasonOf(text: string | Uint8Array): string {
  const result = parseReport(typeof text === 'string' ? Buffer.from(text) : text);
  return result.status === 'invalid' ? result.reason : `unexpectedly parsed ${JSON.stringify([...result.report])}`;
}

test('reads ids and statuses in the order of the parser, with white space anywhere', () => {
  const result = parse(' \r\n{ "b" : "passed" ,\n\t"a::[x, \\"y\\"]":"failed"}\n');
  expect(result).toEqual({
    status: 'parsed',
    report: new Map([
      ['b', 'passed'],
      ['a::[x, "y"]', 'failed'],
    ]),
  });
});

test('takes an empty object as a report without tests', () => {
  expect(parse('{ }')).toEqual({ status: 'parsed', report: new Map() });
});

test('takes __proto__ and constructor for ids like any other', () => {
  const result = parse('{"__proto__":"passed","constructor":"failed"}');
  expect(result).toEqual({
    status: 'parsed',
    report: new Map([
      ['__proto__', 'passed'],
      ['constructor', 'failed'],
    ]),
  });
  expect(({} as Record<string, unknown>).passed).toBeUndefined();
});

test.each([
  ['nothing', '', 'the end of the output'],
  ['white space alone', ' \n', 'the end of the output'],
  ['an array', '["passed"]', 'one JSON object'],
  ['a string', '"passed"', 'one JSON object'],
  ['null', 'null', 'one JSON object'],
  ['text in front', 'done {"a":"passed"}', 'one JSON object'],
  ['text behind', '{"a":"passed"} done', 'nothing behind'],
  ['a second object', '{"a":"passed"}{}', 'nothing behind'],
  ['a NUL behind', '{"a":"passed"}\0', 'nothing behind'],
  ['a non-breaking space behind', '{"a":"passed"}\u00a0', 'nothing behind'],
  ['a comma too many', '{"a":"passed",}', 'a test id'],
  ['a comma alone', '{,}', 'a test id'],
  ['a missing comma', '{"a":"passed" "b":"passed"}', 'behind the test id "a"'],
  ['a missing colon', '{"a" "passed"}', 'a colon behind the test id "a"'],
  ['an open object', '{"a":"passed"', 'behind the test id "a"'],
  ['an open string', '{"a":"passed', 'JSON string'],
  ['an escape at the end', '{"a\\', 'JSON string'],
  ['another status', '{"a":"passed","b":"skipped"}', 'for the test id "b", got "skipped"'],
  ['a status in capitals', '{"a":"PASSED"}', 'for the test id "a", got "PASSED"'],
  ['a status with a space', '{"a":"passed "}', 'for the test id "a"'],
  ['true', '{"a":true}', 'for the test id "a", got "true}"'],
  ['null as a status', '{"a":null}', 'for the test id "a"'],
  ['a nested object', '{"a":{"b":"passed"}}', 'for the test id "a"'],
  ['a list of statuses', '{"a":["passed"]}', 'for the test id "a"'],
  ['a repeated id', '{"a":"failed","b":"passed","a":"passed"}', '"a" is there twice'],
  ['a repeated id with the same status', '{"a":"passed","a":"passed"}', '"a" is there twice'],
  ['an id repeated with escapes', '{"a":"failed","\\u0061":"passed"}', '"a" is there twice'],
  ['a repeated __proto__', '{"__proto__":"failed","__proto__":"passed"}', '"__proto__" is there twice'],
  ['an empty id', '{"":"passed"}', 'an empty one'],
  ['half a surrogate pair', '{"\\ud800":"passed"}', 'not valid Unicode'],
  ['a line feed in an id', '{"a\nb":"passed"}', 'JSON string'],
  ['a wrong escape', '{"a\\x":"passed"}', 'JSON string'],
  ['single quotes', "{'a':'passed'}", 'a test id in double quotes'],
  ['a comment', '{/* */"a":"passed"}', 'a test id in double quotes'],
  ['a byte order mark', '\ufeff{"a":"passed"}', 'a byte order mark'],
])('refuses %s', (_, text, reason) => {
  expect(reasonOf(text)).toContain(reason);
});

test('refuses what is not UTF-8', () => {
  expect(reasonOf(Buffer.from('{"a\xff":"passed"}', 'latin1'))).toContain('UTF-8');
});

test('refuses more ids than it may hold, and takes as many', () => {
  const ids = Array.from({ length: 200_000 }, (_, index) => `"t${index}":"passed"`);
  const most = parse(`{${ids}}`);
  expect(most.status === 'parsed' && most.report.size).toBe(200_000);
  expect(reasonOf(`{${ids},"one more":"passed"}`)).toContain('200000');
});

test('refuses more bytes than it may hold', () => {
  expect(reasonOf(Buffer.alloc(64 * 1024 ** 2 + 1, 0x20))).toContain('64 MiB');
});

test('quotes a long id cut', () => {
  expect(reasonOf(`{"${'x'.repeat(1_000_000)}":1}`).length).toBeLessThan(500);
});

test.each([
  ['escapes', `{"${'\\\\'.repeat(8_000_000)}`],
  ['spaces', `{${' '.repeat(16_000_000)}`],
  ['quotes', `{${'"'.repeat(16_000_000)}`],
])('answers within seconds to many %s', (_, text) => {
  const start = performance.now();
  expect(parse(text).status).toBe('invalid');
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('agrees with JSON.parse on reports that it takes, and takes every report that JSON.stringify writes', () => {
  const ids = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(
      fc.uniqueArray(ids),
      fc.infiniteStream(fc.constantFrom('passed', 'failed')),
      fc.nat(3),
      (keys, statuses, indent) => {
        const object = Object.fromEntries(keys.map((key) => [key, statuses.next().value as string]));
        const result = parse(JSON.stringify(object, null, indent));
        expect(result.status === 'parsed' && Object.fromEntries(result.report)).toEqual(object);
      },
    ),
  );
});

test('never throws, and takes nothing that JSON.parse refuses', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '"',
    '"a"',
    '"b"',
    ':',
    ',',
    '"passed"',
    '"failed"',
    '[',
    ']',
    '\\',
    ' ',
    '1',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (input) => {
      const result = parse(input);
      if (result.status === 'parsed') expect(Object.entries(JSON.parse(input))).toEqual([...result.report]);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => ['parsed', 'invalid'].includes(parseReport(bytes).status)));
});
