import { createSnapshot, memoryBase, modeOf } from '@swe-selfplay/artifact';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyAnswer } from './apply-answer.js';
import { parseFileList } from './parse-file-list.js';
import { listRepository } from './repository-listing.js';
import { programIn } from './reproduction-test.js';
import { completionText } from './sample-completions.js';
import { readSources } from './source-context.js';

const tree = createSnapshot(
  memoryBase({
    'shop/money.py': 'x = 1\n',
    'tests/test_money.py': 'y = 1\n',
    'setup.py': '',
    'README.md': 'Shop\n',
    'odd\nname.py': '',
    'image.bin': Uint8Array.of(0xff, 0),
    link: { mode: '120000', content: Buffer.from('README.md') },
  }),
);
const filesOf = (answer: string) => parseFileList(answer, (path) => modeOf(tree, path));

test('a list of files is read in many a form, without what is no file', () => {
  expect(filesOf('1. `shop/money.py`\n- **README.md**\n./shop/money.py\nshop/none.py\nlink\n')).toEqual({
    files: ['shop/money.py', 'README.md'],
    unknown: 1,
  });
  expect(filesOf('```\nREADME.md\n```\nthen\n```\nshop/money.py\n```\n').files).toEqual(['shop/money.py']);
  expect(filesOf('/shop/money.py\n../shop/money.py\nthe file shop/money.py').files).toEqual([]);
});

test('nothing that an answer holds makes its readers throw', () => {
  const piece = fc.constantFrom(
    ...['```', '```python', '### shop/money.py', '### ', '<<<<<<< SEARCH', '=======', '>>>>>>> REPLACE', 'x = 1', '\n'],
    ...['<think>', '</think>', '<solution>', '</solution>', '### shop', '### a/../b', '### .git/config', '\ud800'],
  );
  const sources = new Map([['shop/money.py', 'x = 1\n']]);
  return fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), async (pieces) => {
      const answer = pieces.join('\n');
      for (const path of filesOf(answer).files) expect(modeOf(tree, path)).toBeDefined();
      programIn(answer);
      const blocks = answer.replace(/<\/?(think|solution)>/g, '');
      const { status } = await applyAnswer(tree, sources, `<think>a</think><solution>${blocks}</solution>`);
      expect(['patched', 'format-wrong', 'not-applied', 'no-change']).toContain(status);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a new file where a directory is', 'shop', '', 'not-applied'],
  ['a file below a file', 'README.md/x.py', '', 'not-applied'],
  ['the repository itself', '.git/config', '', 'not-applied'],
  ['a new file', 'shop/new.py', '', 'patched'],
  ['a file that was not shown', 'README.md', 'Shop', 'not-applied'],
])('an answer may write %s or not', async (_title, path, search, status) => {
  const block = `\`\`\`\n### ${path}\n<<<<<<< SEARCH\n${search}\n=======\nnew\n>>>>>>> REPLACE\n\`\`\``;
  const answer = `<think>a</think><solution>${block}</solution>`;
  expect((await applyAnswer(tree, new Map([['shop/money.py', 'x = 1\n']]), answer)).status).toBe(status);
});

test('where not all files can be listed, the library comes first, and it is said how many are missing', () => {
  expect(listRepository(tree, 1_000)).not.toContain('odd');
  expect(listRepository(tree, 25).split('\n')).toEqual(['setup.py', 'shop/money.py', '(and 4 more)']);
});

test('files that are no text, or too long, are not shown', async () => {
  const paths = ['image.bin', 'link', 'nothing', 'shop/money.py', 'README.md'];
  expect([...(await readSources(tree, paths, 7)).keys()]).toEqual(['shop/money.py']);
});

test('reasoning that a server keeps apart is put back into its tags', () => {
  const turn = (response: { content: string; reasoning?: string }) =>
    completionText({
      text: 'spoken',
      toolCalls: [],
      sample: { messages: [], record: { response: { role: 'assistant', ...response } } as never },
    });
  expect(completionText({ text: 'spoken', toolCalls: [] })).toBe('spoken');
  expect(turn({ content: 'a', reasoning: 'b' })).toBe('<think>\nb\n</think>\na');
  expect(turn({ content: 'b</think>a', reasoning: 'b' })).toBe('<think>b</think>a');
  expect(turn({ content: '<think>b</think>a', reasoning: 'b' })).toBe('<think>b</think>a');
});
