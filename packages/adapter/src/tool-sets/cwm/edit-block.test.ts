import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EDIT_FORM, readEditBlock } from './edit-block.js';

function block(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;
}

test('reads path, search text and replacement', () => {
  expect(readEditBlock(block('a b.py', '  x\n\ny', ''))).toEqual({ path: 'a b.py', search: '  x\n\ny', replace: '' });
  expect(readEditBlock(`I change\n${block('a.py', 'x', 'y')}\nso`)).toEqual({
    path: 'a.py',
    search: 'x',
    replace: 'y',
  });
});

test.each([
  '',
  'a.py',
  'a.py\n<<<<<<< SEARCH\nx\n=======\n>>>>>>> REPLACE',
  '<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE',
])('tells the form where there is no block, as in %j', (text) => {
  expect(() => readEditBlock(text)).toThrow(`no edit was found. Write it in this form:\n\n${EDIT_FORM}`);
});

test('takes one block only', () => {
  expect(() => readEditBlock(`${block('a', 'x', 'y')}\n${block('a', 'x', 'y')}`)).toThrow(
    'Only one search/replace block is allowed. Got: 2.',
  );
});

test('shows a form that it can read itself', () => {
  expect(readEditBlock(EDIT_FORM)).toEqual({ path: 'PATH', search: 'SEARCH LINES', replace: 'REPLACEMENT LINES' });
});

test('reads exactly what the expression of the scaffold reads', () => {
  const units = fc.constantFrom('a', '\n', '\n<<<<<<< SEARCH\n', '\n=======\n', '\n>>>>>>> REPLACE', 'x\n', '=======');
  const expression = /([^\n]*)\n<<<<<<< SEARCH\n([\s\S]*?)\n=======\n([\s\S]*?)\n>>>>>>> REPLACE/g;
  fc.assert(
    fc.property(fc.array(units, { maxLength: 25 }), (parts) => {
      const text = parts.join('');
      const matches = [...text.matchAll(expression)];
      const [match] = matches;
      if (match !== undefined && matches.length === 1) {
        expect(readEditBlock(text)).toEqual({ path: match[1], search: match[2], replace: match[3] });
      } else {
        expect(() => readEditBlock(text)).toThrow(match ? `Got: ${matches.length}.` : 'no edit was found');
      }
    }),
    { numRuns: 1000 },
  );
});
