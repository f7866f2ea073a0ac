import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolDescription } from '../conversation.js';
import { createCwmFormat, cwmFormat } from './cwm.js';

const TOOLS: readonly ToolDescription[] = [
  { name: 'bash', description: 'Runs a command.', inputSchema: { type: 'object' }, textInput: 'the command' },
  { name: 'check', description: 'Checks the work.', inputSchema: { type: 'object', properties: {} } },
];

const FORM = 'Reply again with exactly one tool call, in this form:\n\n<tool: bash>\nls -la\n</tool>';
const TAGS = 'The tags stand on lines of their own and occur nowhere else, not even in INPUT.';

function parse(text: string, isTruncated = false) {
  return cwmFormat.parse({ text, toolCalls: [], isTruncated }, TOOLS);
}

test('reads one call and what is said around it', () => {
  expect(parse('ok\n<tool: bash>\nls -la\n</tool>')).toEqual({
    text: 'ok',
    toolCalls: [{ id: 'call-1', tool: 'bash', input: 'ls -la' }],
  });
  expect(parse('before\n\n<tool: bash>\na\n\nb \n</tool>\nafter')).toEqual({
    text: 'before\nafter',
    toolCalls: [{ id: 'call-1', tool: 'bash', input: 'a\n\nb ' }],
  });
});

const MALFORMED: readonly [text: string, kind: string, problem: string][] = [
  [
    '<tool: bash>\na\n</tool>\n<tool: edit>\nb\n</tool>',
    'unreadable',
    'Expected one tool call, but found 2: bash, edit.',
  ],
  [
    '<tool:bash>\nls\n</tool>',
    'unreadable',
    `Mismatch in tool tag counts: found 0 well-formed calls, but 1 times "<tool:" and 1 times "</tool>". ${TAGS}`,
  ],
  [
    "<tool: bash>\necho '</tool>'\n</tool>",
    'unreadable',
    `Mismatch in tool tag counts: found 1 well-formed calls, but 1 times "<tool:" and 2 times "</tool>". ${TAGS}`,
  ],
  [
    '<tool: bash>\nls',
    'unreadable',
    `Mismatch in tool tag counts: found 0 well-formed calls, but 1 times "<tool:" and 0 times "</tool>". ${TAGS}`,
  ],
  [
    '<tool: bash>\n</tool>',
    'unreadable',
    `Mismatch in tool tag counts: found 0 well-formed calls, but 1 times "<tool:" and 1 times "</tool>". ${TAGS}`,
  ],
  ['no call', 'no-call', 'No tool calls found.'],
  ['', 'no-call', 'No tool calls found.'],
  [
    '<tool: bash>\n\n</tool>',
    'unreadable',
    'The tool "bash" requires non-empty arguments, but they are empty or only whitespace.',
  ],
  [
    '<tool: bash>\n \t\n</tool>',
    'unreadable',
    'The tool "bash" requires non-empty arguments, but they are empty or only whitespace.',
  ],
];

test.each(MALFORMED)('tells what is wrong with %j', (text, kind, problem) => {
  const malformed = { kind, text: `${problem} Nothing was executed.\n\n${FORM}` };
  expect(parse(text)).toEqual({ text, toolCalls: [], malformed });
});

test('tells several calls before tags without a partner, and these before empty arguments', () => {
  expect(parse('</tool><tool: a>\nx\n</tool><tool: b>\n\n</tool>').malformed?.text).toMatch(/^Expected one tool call/);
  expect(parse('</tool><tool: b>\n\n</tool>').malformed?.text).toMatch(/^Mismatch/);
});

test('says that a reply was cut off, unless its call is whole', () => {
  expect(parse('<tool: bash>\nls', true).malformed).toEqual({
    kind: 'truncated',
    text:
      'The reply was cut off at its limit of tokens before a tool call was complete. Nothing was executed. Write less ' +
      `before the call, and split long work into several calls.\n\n${FORM}`,
  });
  expect(parse('<tool: bash>\nls\n</tool>\nand th', true).toolCalls).toHaveLength(1);
});

test('takes JSON for a tool that has no text', () => {
  expect(parse('<tool: check>\n{"all": true}\n</tool>').toolCalls[0]?.input).toEqual({ all: true });
  expect(parse('<tool: check>\nall\n</tool>').toolCalls[0]).toMatchObject({
    input: 'all',
    problem: expect.stringMatching(/^The arguments must be a JSON object/),
  });
});

test('leaves unknown names to whoever executes', () => {
  expect(parse('<tool: fly>\nup\n</tool>').toolCalls).toEqual([{ id: 'call-1', tool: 'fly', input: 'up' }]);
});

test('describes the tools', () => {
  expect(
    cwmFormat.describeTools(TOOLS),
  ).toBe(`You work by calling tools. Write a call like this, each tag on a line of its own:

<tool: NAME>
INPUT
</tool>

NAME is one of the tools below and INPUT one text, not empty, as the tool describes it. Nothing in INPUT is escaped, and neither "<tool:" nor "</tool>" may occur anywhere else in your reply. Until your work is handed in, each reply holds exactly one call. You may think in plain words before it; write nothing after it. The next message tells what came of it.

The tools:

### bash
Runs a command.
INPUT: the command

### check
Checks the work.
INPUT: a JSON object that fits this JSON Schema: {"type":"object","properties":{}}`);
});

test('says replies of tools as the user, or in a role of their own', () => {
  const reply = { role: 'tool', callId: 'call-1', tool: 'bash', text: 'out' } as const;
  expect(cwmFormat.renderMessage(reply)).toEqual({ role: 'user', content: 'out' });
  expect(createCwmFormat({ resultRole: 'named' }).renderMessage(reply)).toEqual({ role: 'tool: bash', content: 'out' });
  expect(cwmFormat.renderMessage({ role: 'system', text: 'a' })).toEqual({ role: 'system', content: 'a' });
  expect(cwmFormat.renderMessage({ role: 'user', text: 'a' })).toEqual({ role: 'user', content: 'a' });
});

test('says again what the model said, in its own words', () => {
  const raw = { role: 'assistant', content: 'x', reasoning: 'y' };
  const toolCalls = [{ id: 'call-1', tool: 'bash', input: 'ls' }];
  expect(cwmFormat.renderMessage({ role: 'assistant', text: 'z', toolCalls, raw })).toBe(raw);
  const written = cwmFormat.renderMessage({ role: 'assistant', text: 'z', toolCalls });
  expect(written).toEqual({ role: 'assistant', content: 'z\n<tool: bash>\nls\n</tool>' });
});

test('reads what it writes', () => {
  const input = fc
    .string({ unit: fc.constantFrom('a', '\n', '<', '>', '/', 'tool', ':', ' ', 'é', '\r') })
    .filter((text) => text.trim() !== '' && !text.includes('<tool:') && !text.includes('</tool>'));
  fc.assert(
    fc.property(input, fc.stringMatching(/^[a-zA-Z_]{1,8}$/), fc.constantFrom('', 'said'), (text, tool, said) => {
      const toolCalls = [{ id: 'call-1', tool, input: text }];
      const { content } = cwmFormat.renderMessage({ role: 'assistant', text: said, toolCalls });
      const reply = { text: content!, toolCalls: [], isTruncated: false };
      expect(cwmFormat.parse(reply, [])).toEqual({ text: said, toolCalls });
    }),
  );
});

test('matches exactly what the expression of the scaffold matches', () => {
  const units = fc.constantFrom('<tool:', ' ', 'bash', '>', '\n', '</tool>', 'x', '>\n', '\n</tool>', '<tool: a>\n');
  fc.assert(
    fc.property(fc.array(units, { maxLength: 25 }), (parts) => {
      const text = parts.join('');
      const matches = [...text.matchAll(/<tool:\s([a-zA-Z_]+)>\n(.*?)\n<\/tool>/gs)];
      const { toolCalls, malformed } = parse(text);
      if (matches.length > 1) expect(malformed?.text).toContain(`but found ${matches.length}: `);
      if (toolCalls.length > 0) expect(toolCalls[0]).toMatchObject({ tool: matches[0]![1], input: matches[0]![2] });
      if (malformed?.text.startsWith('Mismatch')) expect(malformed.text).toContain(`found ${matches.length} well`);
    }),
    { numRuns: 500 },
  );
});
