import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolDescription } from '../conversation.js';
import { fenceFormat } from './fence.js';

const TOOLS: readonly ToolDescription[] = [
  { name: 'bash', description: 'Runs a command.', inputSchema: { type: 'object' }, textInput: 'the command' },
  { name: 'check', description: 'Checks the work.', inputSchema: { type: 'object', properties: {} } },
];
const FORM =
  'Reply again with exactly one tool call, the last fenced block of the reply, in this form:\n\n```bash\nls -la\n```';

function parse(text: string, isTruncated = false) {
  return fenceFormat.parse({ text, toolCalls: [], isTruncated }, TOOLS);
}

function callsOf(text: string) {
  return parse(text).toolCalls.map(({ tool, input }) => [tool, input]);
}

test('reads the block that has the name of a tool', () => {
  expect(parse('Look:\n```python\nx = 1\n```\n```bash\nls -la\n\npwd\n```\n')).toEqual({
    text: 'Look:\n```python\nx = 1\n```',
    toolCalls: [{ id: 'call-1', tool: 'bash', input: 'ls -la\n\npwd' }],
  });
  expect(callsOf('``` bash now\nls\n```')).toEqual([['bash', 'ls']]);
  expect(callsOf('```check\n```')).toEqual([['check', {}]]);
  expect(callsOf('```check\n{"all": true}\n```')).toEqual([['check', { all: true }]]);
});

test('follows CommonMark in longer fences and in indentation', () => {
  expect(callsOf('````bash\ncat <<E\n```\nx\n```\nE\n````')).toEqual([['bash', 'cat <<E\n```\nx\n```\nE']]);
  expect(callsOf('```bash\nls\n`````  ')).toEqual([['bash', 'ls']]);
  expect(callsOf('1. Run\n   ```bash\n   if x\n     y\n z\n   ```')).toEqual([['bash', 'if x\n  y\nz']]);
  expect(callsOf('    ```bash\n    ls\n    ```')).toEqual([]);
});

const MALFORMED: readonly [text: string, kind: string, problem: string][] = [
  ['no call', 'no-call', 'The reply holds no fenced block with the name of a tool (bash, check).'],
  [
    '```sh\nls\n```',
    'no-call',
    'The reply holds no fenced block with the name of a tool (bash, check). A fenced block with another word is no call.',
  ],
  ['```bash\na\n```\n```check\n```', 'unreadable', "Expected one tool call, but found 2 blocks with a tool's name."],
  ['```bash\nls', 'unreadable', 'The block "bash" is not closed by a line with its fence.'],
  [
    '```python\nx\n```bash\nls\n',
    'unreadable',
    'A fenced block is not closed by a line with its fence, and nothing in it is read as a call.',
  ],
  [
    '```bash\ncat > README <<E\n```\ncode\n```\nE\n```',
    'unreadable',
    'After the block "bash" comes another fence. If it belongs to the input, use a longer fence around the block; if ' +
      'not, leave it out.',
  ],
];

test.each(MALFORMED)('tells what is wrong with %j', (text, kind, problem) => {
  const malformed = { kind, text: `${problem} Nothing was executed.\n\n${FORM}` };
  expect(parse(text)).toEqual({ text, toolCalls: [], malformed });
});

test('says that a reply was cut off', () => {
  expect(parse('```bash\nls', true).malformed?.kind).toBe('truncated');
});

test('describes the tools', () => {
  expect(
    fenceFormat.describeTools(TOOLS),
  ).toBe(`You work by calling tools. A call is a fenced block that has the name of the tool after its opening fence:

\`\`\`NAME
INPUT
\`\`\`

NAME is one of the tools below, and INPUT one text, as the tool describes it; nothing in it is escaped. Where INPUT itself has a line that begins with \`\`\`, open and close the block with a longer fence, such as \`\`\`\`. Until your work is handed in, each reply holds exactly one call, and that is its last fenced block. You may think in plain words before it; write nothing after it. The next message tells what came of it.

The tools:

### bash
Runs a command.
INPUT: the command

### check
Checks the work.
INPUT: a JSON object that fits this JSON Schema: {"type":"object","properties":{}}`);
});

test('says replies of tools as the user, and what the model said in its own words', () => {
  const reply = { role: 'tool', callId: 'call-1', tool: 'bash', text: 'out' } as const;
  expect(fenceFormat.renderMessage(reply)).toEqual({ role: 'user', content: 'out' });
  const raw = { role: 'assistant', content: 'x' };
  expect(fenceFormat.renderMessage({ role: 'assistant', text: '', toolCalls: [], raw })).toBe(raw);
});

test('writes a single text among the arguments as the text', () => {
  const toolCalls = [{ id: 'call-1', tool: 'bash', input: { command: 'ls' } }];
  const { content } = fenceFormat.renderMessage({ role: 'assistant', text: '', toolCalls });
  expect(content).toBe('```bash\nls\n```');
});

test('reads what it writes', () => {
  const input = fc.string({ unit: fc.constantFrom('a', '\n', '`', '```', '\n```\n', '````bash', ' ', 'é', '\r') });
  fc.assert(
    fc.property(input, fc.constantFrom('', 'said'), (text, said) => {
      const toolCalls = [{ id: 'call-1', tool: 'bash', input: text }];
      const { content } = fenceFormat.renderMessage({ role: 'assistant', text: said, toolCalls });
      expect(parse(content!)).toEqual({ text: said, toolCalls });
    }),
  );
});
