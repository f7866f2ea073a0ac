import { expect, test } from 'vitest';
import { lastCodeBlock } from './last-code-block.js';

test.each<[string, string, string | undefined]>([
  ['the last of several', '```\na\n```\nand\n```python\nb\n\nc\n```\n', 'b\n\nc\n'],
  ['one whose fence is longer than those in it', '````md\n```\nx\n```\n````', '```\nx\n```\n'],
  ['an empty one', '```\n```', ''],
  ['the last that is closed', '```\na\n```\n```python\nb', 'a\n'],
  ['with other line ends', '```py\r\na\r\n```\r\n', 'a\n'],
  ['no block', 'just `code` and ``` amid a line', undefined],
  ['nothing', '', undefined],
])('%s', (_, text, expected) => {
  expect(lastCodeBlock(text)).toBe(expected);
});

test('takes time in proportion to the text', () => {
  expect(lastCodeBlock('```\n'.repeat(400_001))).toBe('');
  expect(lastCodeBlock('`'.repeat(2_000_000))).toBeUndefined();
});
