import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ToolDescription } from './conversation.js';
import { TOOL_CALL_FORMATS } from './tool-formats.js';

const TOOLS: readonly ToolDescription[] = [
  {
    name: 'bash',
    description: 'Runs a command.',
    inputSchema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
    textInput: 'the command',
  },
  { name: 'check', description: 'Checks the work.', inputSchema: { type: 'object', properties: {} } },
];

const PIECES = [
  '<tool: bash>\n',
  '<tool:',
  '</tool>',
  '\n</tool>',
  '<function=bash>',
  '<function=',
  '<parameter=command>',
  '<parameter=',
  '</parameter>',
  '</function>',
  '<tool_call>',
  '</tool_call>',
  '```bash\n',
  '```\n',
  '```',
  '`',
  '~',
  '\n',
  ' ',
  'x',
  '{"a": ',
  '}',
  '\0',
  '\ud800',
];
const garbage = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
);
const garbageCall = fc
  .record({ id: fc.constantFrom('', 'a', 'call-1'), name: fc.string(), written: garbage })
  .map(({ id, name, written }) => ({ id, type: 'function' as const, function: { name, arguments: written } }));

describe.each(Object.entries(TOOL_CALL_FORMATS))('the format %s', (name, format) => {
  test('has the name that it is listed by', () => {
    expect(format.name).toBe(name);
  });

  test('finds calls in any reply or says what is wrong, never both', () => {
    const toolCalls = format.isNative ? fc.array(garbageCall, { maxLength: 3 }) : fc.constant([]);
    fc.assert(
      fc.property(garbage, toolCalls, fc.boolean(), fc.constantFrom(TOOLS, []), (text, calls, isTruncated, tools) => {
        const parsed = format.parse({ text, toolCalls: calls, isTruncated }, tools);
        expect(parsed.toolCalls.length > 0).toBe(parsed.malformed === undefined);
        expect(new Set(parsed.toolCalls.map(({ id }) => id)).size).toBe(parsed.toolCalls.length);
        if (parsed.malformed?.kind === 'truncated') expect(isTruncated).toBe(true);
        const said = { role: 'assistant', text: parsed.text, toolCalls: parsed.toolCalls } as const;
        expect(format.renderMessage(said).role).toBe('assistant');
      }),
      { numRuns: 300 },
    );
  });

  test('shows a model that erred a call that can be read', () => {
    const { malformed } = format.parse({ text: 'words', toolCalls: [], isTruncated: false }, TOOLS);
    const form = malformed!.text.slice(malformed!.text.indexOf('\n\n') + 2);
    const { toolCalls } = format.parse({ text: form, toolCalls: [], isTruncated: false }, TOOLS);
    expect(toolCalls.map(({ tool }) => tool)).toEqual(format.isNative ? [] : ['bash']);
  });

  test('tells a model that only talked how to hand in, where it can', () => {
    const submit = { name: 'submit', description: 'Hands in.', inputSchema: {}, textInput: 'the path' };
    const reply = { text: 'I am done.', toolCalls: [], isTruncated: false };
    expect(format.parse(reply, [...TOOLS, submit]).malformed?.text).toContain(
      'Nothing was executed. If your work is done, hand it in with the tool "submit"; it has not been handed in.',
    );
    expect(format.parse(reply, TOOLS).malformed?.text).not.toContain('hand it in');
  });

  // An expression that goes back over what it has read would take minutes or overflow its stack here.
  test.each(PIECES)('comes to the end of a megabyte of %j', (piece) => {
    const text = `${piece.repeat(Math.ceil(1_000_000 / piece.length))}!`;
    const started = `<tool: bash>\n<function=bash><parameter=command>\n\`\`\`bash\n${text}`;
    for (const reply of [text, started]) {
      const parsed = format.parse({ text: reply, toolCalls: [], isTruncated: false }, TOOLS);
      expect(parsed.malformed?.text.length ?? 0).toBeLessThan(2000);
    }
  });
});

test('arguments that are nested without end are no arguments, and can be said again', () => {
  const nested = '['.repeat(50_000) + ']'.repeat(50_000);
  const written = `{"paths": ${nested}}`;
  const replies = {
    native: { text: '', toolCalls: [{ id: 'a', type: 'function', function: { name: 'check', arguments: written } }] },
    cwm: { text: `<tool: check>\n${written}\n</tool>`, toolCalls: [] },
    fence: { text: `\`\`\`check\n${written}\n\`\`\``, toolCalls: [] },
    xml: { text: `<function=check>\n<parameter=paths>\n${nested}\n</parameter>\n</function>`, toolCalls: [] },
  } as const;
  const paths = { type: 'object', properties: { paths: { type: 'array' } } };
  const tools = TOOLS.map((tool) => (tool.name === 'check' ? { ...tool, inputSchema: paths } : tool));
  for (const [name, reply] of Object.entries(replies)) {
    const format = TOOL_CALL_FORMATS[name as keyof typeof replies];
    const { toolCalls } = format.parse({ ...reply, isTruncated: false }, tools);
    expect(toolCalls, name).toHaveLength(1);
    expect(() => JSON.stringify(toolCalls), name).not.toThrow();
    expect(() => format.renderMessage({ role: 'assistant', text: '', toolCalls }), name).not.toThrow();
    const given = [{ id: 'b', tool: 'check', input: { paths: JSON.parse(nested) } }];
    expect(() => JSON.stringify(format.renderMessage({ role: 'assistant', text: '', toolCalls: given }))).not.toThrow();
  }
});
