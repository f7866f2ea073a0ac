import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findAll } from './find-all.js';
import { replaceLines } from './replace-lines.js';

const FILE = 'def f(x):\n    y = x\n    return y + 1\n\ndef g(x):\n    y = x\n    return y\n';
const NOT_VERBATIM = 'No replacement was performed, the search lines did not appear verbatim in a.py.';
const HINT =
  ' The search lines must exactly match one or more consecutive lines from the file, with indentations preserved.';

function replace(search: string, replacement: string, file: string | Uint8Array = FILE) {
  return replaceLines(Buffer.from(file), 'a.py', search, replacement);
}

function contentOf(result: ReturnType<typeof replace>): string | undefined {
  return result.status === 'replaced' ? Buffer.from(result.content).toString() : undefined;
}

describe('what does not occur exactly once', () => {
  test.each([
    [
      '    y = x',
      'No replacement was performed. Multiple occurrences of the search text in lines [2, 6] of a.py. Please ensure it is unique.',
    ],
    ['y = x', NOT_VERBATIM + HINT],
    ['foo', NOT_VERBATIM],
    ['  y = x\nfoo', NOT_VERBATIM + HINT],
    ['foo\n    y = x', NOT_VERBATIM],
  ])('%j is not replaced', (search, text) => {
    expect(replace(search, '')).toEqual({ status: 'not-replaced', text });
  });

  test('places that overlap count', () => {
    const result = replace('a\na', 'b', 'a\na\na\n');
    expect(result.text).toContain('in lines [1, 2] of a.py');
  });

  test('nothing occurs at the beginning of each line', () => {
    expect(replace('', 'b', 'a\n').text).toContain('in lines [1, 2] of a.py');
    expect(contentOf(replace('', 'b', ''))).toBe('b');
  });

  test('a hundred lines are listed at most', () => {
    expect(replace('a', 'b', 'a\n'.repeat(1000)).text).toContain(', 99, 100, ...] of a.py');
  });
});

test('says where it replaced and shows the lines around', () => {
  expect(replace('    return y + 1', '    return y - 1')).toEqual({
    status: 'replaced',
    content: Buffer.from(FILE.replace('y + 1', 'y - 1')),
    text:
      'File a.py has been successfully updated at line 3 and now contains 8 lines. The surrounding lines after the edit ' +
      'are shown below:\n     1\tdef f(x):\n     2\t    y = x\n     3\t    return y - 1\n     4\t\n     5\tdef g(x):\n' +
      '     6\t    y = x\n     7\t    return y\n     8\t\nReview the changes and make sure they are as expected.',
  });
});

test('shows eight lines before and after what it put there', () => {
  const file = Array.from({ length: 40 }, (_, index) => `l${index + 1}`).join('\n');
  const shown = [...replace('l20', 'a\nb\nc', file).text.matchAll(/^ +(\d+)\t(.*)$/gm)].map(([, number, text]) => [
    number,
    text,
  ]);
  expect(shown.at(0)).toEqual(['12', 'l12']);
  expect(shown.slice(8, 11)).toEqual([
    ['20', 'a'],
    ['21', 'b'],
    ['22', 'c'],
  ]);
  expect(shown.at(-1)).toEqual(['30', 'l28']);
});

test('lets a match begin only with a line but end within one', () => {
  expect(contentOf(replace('def g(x)', 'def h(x)'))).toBe(FILE.replace('g', 'h'));
  expect(replace('ef g(x)', '').status).toBe('not-replaced');
});

test('leaves an empty line for an empty replacement', () => {
  expect(contentOf(replace('    return y + 1', ''))).toBe(
    'def f(x):\n    y = x\n\n\ndef g(x):\n    y = x\n    return y\n',
  );
});

test('takes a replacement as it is, whatever signs it has', () => {
  expect(contentOf(replace('def g(x):', "$& $1 $' \\n"))).toContain("\n$& $1 $' \\n\n");
});

test('says that the file has CRLF line ends', () => {
  const crlf = FILE.replaceAll('\n', '\r\n');
  expect(replace('def g(x):\n    y = x', '', crlf).text).toBe(
    `${NOT_VERBATIM}${HINT} The file has CRLF line ends (a carriage return before each line break) and the search lines ` +
      'have not: search for a single line, or change the file with a command.',
  );
  expect(contentOf(replace('def g(x):', 'def h(x):', crlf))).toBe(crlf.replace('g', 'h'));
  expect(contentOf(replace('def g(x):\r\n    y = x', 'g', crlf))).toContain('\r\ng\r\n    return y\r\n');
});

test('leaves all other bytes of a file as they are', () => {
  const bytes = Buffer.concat([Buffer.from([0, 255, 0xe9, 10]), Buffer.from('é ß\n'), Buffer.from([0xc3, 10])]);
  const result = replace('é ß', '日本', bytes);
  expect(result.status === 'replaced' && Buffer.from(result.content)).toEqual(
    Buffer.concat([Buffer.from([0, 255, 0xe9, 10]), Buffer.from('日本\n'), Buffer.from([0xc3, 10])]),
  );
  expect(result.text).toContain('     2\t日本\n');
});

test('finds what a search from place to place finds', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
  fc.assert(
    fc.property(
      text,
      fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 }),
      (haystack, needle) => {
        const places = [...haystack].flatMap((_, index) => (haystack.startsWith(needle, index) ? index : []));
        expect(findAll(haystack, needle, Number.POSITIVE_INFINITY)).toEqual(places);
        expect(findAll(haystack, needle, 2)).toEqual(places.slice(0, 2));
      },
    ),
  );
});

// Comparing at each place anew would be 10^11 steps.
test('compares long texts that nearly match everywhere', () => {
  const file = '\n'.repeat(2_000_000);
  expect(replace(`${'\n'.repeat(200_000)}x`, '', file).status).toBe('not-replaced');
  expect(replace(`x${'\n'.repeat(200_000)}`, '', file).status).toBe('not-replaced');
});
