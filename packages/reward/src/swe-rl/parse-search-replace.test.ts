import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askPython } from '../../test-support/ask-python.js';
import { parseSearchReplace } from './parse-search-replace.js';
import { pythonStrip } from './python-strip.js';

const block = (path: string, search: string, replace: string): string =>
  `\`\`\`python\n### ${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n\`\`\``;

test('reads paths and edits in the order of their blocks', () => {
  const text = [block('b.py', 'x', 'y'), 'then', block('a.py', '', ''), block('b.py', 'u\n\nv', '\n')].join('\n');
  expect([...parseSearchReplace(text)]).toEqual([
    [
      'b.py',
      [
        { search: 'x', replace: 'y' },
        { search: 'u\n\nv', replace: '\n' },
      ],
    ],
    ['a.py', [{ search: '', replace: '' }]],
  ]);
});

test('a path may be named like a member of objects', () => {
  expect(parseSearchReplace(block('__proto__', 'x', 'y')).get('__proto__')).toEqual([{ search: 'x', replace: 'y' }]);
});

test('a search without a separator of its own goes on to the next', () => {
  const torn = block('a.py', 'x', 'y').replace('\n=======', '');
  expect([...parseSearchReplace(`${torn}\n${block('b.py', 'u', 'v')}`).keys()]).toEqual(['a.py']);
});

const piece = fc.constantFrom(
  '```',
  '`',
  'python',
  '\n',
  '\n',
  '\r',
  '\u2028',
  '### ',
  'a.py',
  '\n<<<<<<< SEARCH\n',
  '\n=======\n',
  '=======\n',
  '\n>>>>>>> REPLACE\n```',
  '>>>>>>> REPLACE\n```',
  '```py\n### a.py\n<<<<<<< SEARCH\n',
  block('b.py', 'x', 'y'),
);
const text = fc.array(piece, { maxLength: 40, size: 'max' }).map((pieces) => pieces.join(''));

test('finds the blocks that the regular expression of Python finds', () => {
  const texts = fc.sample(text, { numRuns: 1000, seed: 23 });
  const program = [
    'import re',
    `pattern = re.compile(r"${'```'}.*?\\n### (.*)\\n<<<<<<< SEARCH\\n([\\s\\S]*?)\\n=======\\n([\\s\\S]*?)\\n>>>>>>> REPLACE\\n${'```'}")`,
    'for text in questions:',
    '    found = {}',
    '    for path, search, replace in pattern.findall(text):',
    '        found.setdefault(path, []).append({"search": search, "replace": replace})',
    '    answers.append(list(found.items()))',
  ].join('\n');
  const answers = askPython<string, [string, unknown][]>(program, texts);
  expect(texts.map((each) => [...parseSearchReplace(each)])).toEqual(answers);
  expect(answers.filter((found) => found.length > 1).length).toBeGreaterThan(100);
});

test('strips the characters that Python strips', () => {
  const texts = Array.from(
    { length: 0x10000 },
    (_, code) => `${String.fromCharCode(code)}x${String.fromCharCode(code)}`,
  );
  const answers = askPython<string, string>('answers = [text.strip() for text in questions]', texts);
  expect(texts.map(pythonStrip)).toEqual(answers);
  expect(pythonStrip(' \n\x1c ')).toBe('');
});
