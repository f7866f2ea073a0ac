import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolDescription } from '../conversation.js';
import { xmlFormat } from './xml.js';

const TOOLS: readonly ToolDescription[] = [
  {
    name: 'bash',
    description: 'Runs a command.',
    inputSchema: {
      type: 'object',
      properties: {
        command: { type: 'string', description: 'what to run' },
        seconds: { type: 'integer' },
        paths: { type: 'array', items: { type: 'string' } },
        quiet: { type: 'boolean' },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        place: { type: 'object', properties: { line: { type: 'integer' } }, description: 'where' },
        mode: { enum: ['fast', 'slow'] },
      },
      required: ['command'],
    },
    textInput: 'the command',
  },
  { name: 'check', description: 'Checks the work.', inputSchema: { type: 'object', properties: {} } },
];
const FORM =
  'Reply again with exactly one tool call, in this form:\n\n' +
  '<function=bash>\n<parameter=command>\nls -la\n</parameter>\n</function>';

function parse(text: string, isTruncated = false) {
  return xmlFormat.parse({ text, toolCalls: [], isTruncated }, TOOLS);
}

function inputOf(parameters: string): unknown {
  return parse(`<function=bash>${parameters}</function>`).toolCalls[0]?.input;
}

test('reads one call, with and without the wrapper', () => {
  const call = '<function=bash>\n<parameter=command>\nls -la\n</parameter>\n</function>';
  const toolCalls = [{ id: 'call-1', tool: 'bash', input: { command: 'ls -la' } }];
  expect(parse(call)).toEqual({ text: '', toolCalls });
  expect(parse(`Look.\n\n<tool_call>\n${call}\n</tool_call>\n`)).toEqual({ text: 'Look.', toolCalls });
  expect(parse(`Look.\n${call}\nDone.`)).toEqual({ text: 'Look.\nDone.', toolCalls });
  expect(parse('<function=check></function>').toolCalls).toEqual([{ id: 'call-1', tool: 'check', input: {} }]);
});

test('takes exactly one line break off each end of a value', () => {
  expect(inputOf('<parameter=command>\n\n  a\n\n</parameter>')).toEqual({ command: '\n  a\n' });
  expect(inputOf('<parameter=command>a</parameter>')).toEqual({ command: 'a' });
  expect(inputOf('<parameter=command>\n</parameter>')).toEqual({ command: '' });
  expect(inputOf('<parameter=command></parameter>')).toEqual({ command: '' });
});

test('types values by the schema of the tool', () => {
  expect(
    inputOf(
      '<parameter=command>5</parameter><parameter=seconds>\n5\n</parameter><parameter=paths>["a"]</parameter>' +
        '<parameter=quiet>True</parameter><parameter=note>null</parameter><parameter=place>{"line": 1}</parameter><parameter=mode>fast</parameter><parameter=other>7</parameter>',
    ),
  ).toEqual({
    command: '5',
    seconds: 5,
    paths: ['a'],
    quiet: true,
    note: 'null',
    place: { line: 1 },
    mode: 'fast',
    other: '7',
  });
  expect(inputOf('<parameter=seconds>soon</parameter>')).toEqual({ seconds: 'soon' });
  expect(parse('<function=fly><parameter=seconds>5</parameter></function>').toolCalls[0]?.input).toEqual({
    seconds: '5',
  });
});

test('lets a value hold tags where they cannot be its end', () => {
  const value = 'echo "</parameter>" "</function>" <function=x> <parameter=y>';
  expect(inputOf(`<parameter=command>\n${value}\n</parameter>`)).toEqual({ command: value });
});

test('keeps a name that objects have by nature as an own one', () => {
  const input = inputOf('<parameter=__proto__>x</parameter>');
  expect(Object.keys(input as object)).toEqual(['__proto__']);
});

const MALFORMED: readonly [text: string, kind: string, problem: string][] = [
  ['no call', 'no-call', 'The reply holds no tool call.'],
  [
    '<tool_call>{"name": "bash"}</tool_call>',
    'unreadable',
    '"<tool_call>" holds no call that starts with "<function=NAME>"; a call as JSON is not read here.',
  ],
  ['<function=>', 'unreadable', '"<function=" must be followed by the name of a tool and ">".'],
  [
    '<function=bash>ls</function>',
    'unreadable',
    'In the call of "bash": expected "<parameter=KEY>" or "</function>", found "ls</function>".',
  ],
  [
    '<function=bash>\n',
    'unreadable',
    'In the call of "bash": expected "<parameter=KEY>" or "</function>", found the end of the reply.',
  ],
  [
    '<function=bash><parameter=command>ls</function>',
    'unreadable',
    'The parameter "command" has no end: "</parameter>" must follow its value, and then the next "<parameter=KEY>" ' +
      'or "</function>".',
  ],
  [
    '<function=bash><parameter=a>1</parameter><parameter=a>2</parameter></function>',
    'unreadable',
    'The parameter "a" is given twice.',
  ],
  ['<function=bash><parameter=>', 'unreadable', '"<parameter=" must be followed by the name of a parameter and ">".'],
  [
    '<function=bash><parameter=command>a</parameter></function>b</parameter></function>',
    'unreadable',
    'After the call come more closing tags. A value cannot hold "</parameter>" followed by "</function>"; write such a ' +
      'text in parts.',
  ],
  ['<function=check></function><function=check></function>', 'unreadable', 'Expected one tool call, but found more.'],
];

test.each(MALFORMED)('tells what is wrong with %j', (text, kind, problem) => {
  const malformed = { kind, text: `${problem} Nothing was executed.\n\n${FORM}` };
  expect(parse(text)).toEqual({ text, toolCalls: [], malformed });
});

test('says that a reply was cut off', () => {
  const { malformed } = parse('<function=bash>\n<parameter=command>\nls', true);
  expect(malformed?.kind).toBe('truncated');
  expect(malformed?.text).toMatch(/^The reply was cut off .*\n\nReply again/s);
});

test('describes the tools', () => {
  expect(xmlFormat.describeTools(TOOLS)).toBe(`You work by calling tools. Write a call like this:

<function=NAME>
<parameter=KEY>
VALUE
</parameter>
<parameter=KEY2>
VALUE2
</parameter>
</function>

NAME is one of the tools below, and each KEY one of its parameters. A VALUE may have many lines; nothing in it is escaped. One line break after the opening tag and one before the closing tag do not belong to it. A value that is no text is written as JSON. Until your work is handed in, each reply holds exactly one call. You may think in plain words before it; write nothing after it. The next message tells what came of it.

The tools:

### bash
Runs a command.
- command (text, required): what to run
- seconds (integer, optional)
- paths (JSON array, each element text, optional)
- quiet (boolean, optional)
- note (text, optional)
- place (JSON that fits {"type":"object","properties":{"line":{"type":"integer"}}}, optional): where
- mode (one of fast, slow, optional)

### check
Checks the work.
No parameters.`);
});

test('says replies of tools as the user, and what the model said in its own words', () => {
  const reply = { role: 'tool', callId: 'call-1', tool: 'bash', text: 'out' } as const;
  expect(xmlFormat.renderMessage(reply)).toEqual({ role: 'user', content: 'out' });
  const raw = { role: 'assistant', content: 'x' };
  expect(xmlFormat.renderMessage({ role: 'assistant', text: '', toolCalls: [], raw })).toBe(raw);
});

test('reads what it writes', () => {
  const text = fc
    .string({ unit: fc.constantFrom('a', '\n', '<', '>', '/', 'parameter', '=', ' ', 'é', '<function=', '"', '5') })
    .filter((value) => !value.includes('</parameter>'));
  const input = fc.record(
    {
      command: text,
      seconds: fc.integer(),
      paths: fc.array(text),
      quiet: fc.boolean(),
      note: text,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(input, fc.constantFrom('', 'said'), (values, said) => {
      const toolCalls = [{ id: 'call-1', tool: 'bash', input: values }];
      const { content } = xmlFormat.renderMessage({ role: 'assistant', text: said, toolCalls });
      expect(parse(content!)).toEqual({ text: said, toolCalls });
    }),
  );
});
