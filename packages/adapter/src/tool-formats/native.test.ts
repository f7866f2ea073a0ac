import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolDescription } from '../conversation.js';
import { nativeFormat } from './native.js';

const TOOLS: readonly ToolDescription[] = [
  { name: 'bash', description: 'Runs a command.', inputSchema: {}, textInput: 'the command' },
  { name: 'check', description: 'Checks the work.', inputSchema: {} },
];
const FORM =
  'Reply again with a call of one of the tools (bash, check), made as a tool call and not written into the text.';

function call(id: string, name: string, written: string) {
  return { id, type: 'function' as const, function: { name, arguments: written } };
}

function parse(toolCalls: ReturnType<typeof call>[], text = '', isTruncated = false) {
  return nativeFormat.parse({ text, toolCalls, isTruncated }, TOOLS);
}

test('takes the calls of the server in their order', () => {
  const calls = [call('x', 'bash', '{"command": "ls"}'), call('y', 'check', ''), call('z', 'fly', '{}')];
  expect(parse(calls, 'said')).toEqual({
    text: 'said',
    toolCalls: [
      { id: 'x', tool: 'bash', input: { command: 'ls' } },
      { id: 'y', tool: 'check', input: {} },
      { id: 'z', tool: 'fly', input: {} },
    ],
  });
});

test('gives each call an id of its own', () => {
  const ids = ['', 'a', 'a', 'call-1', ''];
  const { toolCalls } = parse(ids.map((id) => call(id, 'check', '{}')));
  expect(toolCalls.map(({ id }) => id)).toEqual(['call-2', 'a', 'call-3', 'call-1', 'call-4']);
});

test.each(['{"command": ', 'ls', '[1]', '"x"', 'null', '5'])(
  'keeps a call with the arguments %j, and its problem',
  (text) => {
    const [one] = parse([call('x', 'bash', text)]).toolCalls;
    expect(one).toMatchObject({ id: 'x', tool: 'bash', input: text });
    expect(one?.problem).toMatch(/^Nothing was executed\. The arguments must be a JSON object/);
  },
);

test('says that arguments were cut off with the reply', () => {
  const [one] = parse([call('x', 'bash', '{"command": "l')], '', true).toolCalls;
  expect(one?.problem).toMatch(/cut off at its limit of tokens: write less in one call\.$/);
});

test('tells a model that only talked how to go on', () => {
  expect(parse([], 'I am done.')).toEqual({
    text: 'I am done.',
    toolCalls: [],
    malformed: { kind: 'no-call', text: `The reply holds no tool call. Nothing was executed.\n\n${FORM}` },
  });
  expect(parse([], 'I am', true).malformed?.kind).toBe('truncated');
});

test.each(['<tool: bash>\nls\n</tool>', '<tool_call>\n{"name": "bash"}\n</tool_call>', '[TOOL_CALLS]bash{}'])(
  'tells a model that its call %j was text',
  (text) => {
    const { malformed } = parse([], text);
    expect(malformed?.kind).toBe('unreadable');
    expect(malformed?.text).toMatch(/^The text of the reply holds "[^"]+", a tool call that the server did not read/);
  },
);

test('adds nothing to the system message', () => {
  expect(nativeFormat.describeTools(TOOLS)).toBe('');
});

test('answers a call by its id', () => {
  const reply = { role: 'tool', callId: 'x', tool: 'bash', text: 'out' } as const;
  expect(nativeFormat.renderMessage(reply)).toEqual({ role: 'tool', tool_call_id: 'x', content: 'out' });
  expect(nativeFormat.renderMessage({ role: 'user', text: 'a' })).toEqual({ role: 'user', content: 'a' });
});

test('says again what the server sent, as it is', () => {
  const written = [call('x', 'bash', '{ "command":"ls" }')];
  const raw = { role: 'assistant', content: null, tool_calls: written };
  const { toolCalls } = parse(written);
  expect(nativeFormat.renderMessage({ role: 'assistant', text: '', toolCalls, raw })).toBe(raw);
});

test('repairs what a server would refuse to hear again', () => {
  const written = [call('x', 'bash', '{"a'), call('x', 'check', ''), call('y', 'check', '{"b": 1}')];
  const raw = { role: 'assistant', content: 'said', reasoning: 'why', tool_calls: written };
  const { toolCalls } = parse(written);
  expect(nativeFormat.renderMessage({ role: 'assistant', text: 'said', toolCalls, raw })).toEqual({
    ...raw,
    tool_calls: [call('x', 'bash', '{"unreadable":"{\\"a"}'), call('call-1', 'check', '{}'), written[2]],
  });
  expect(nativeFormat.renderMessage({ role: 'assistant', text: 'said', toolCalls }).tool_calls?.[0]).toEqual(
    call('x', 'bash', '{"unreadable":"{\\"a"}'),
  );
});

test('reads what it writes', () => {
  const jsonObject = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
      jsonObject,
      (ids, object) => {
        const input: unknown = JSON.parse(JSON.stringify(object));
        const toolCalls = ids.map((id) => ({ id, tool: 'bash', input }));
        const message = nativeFormat.renderMessage({ role: 'assistant', text: '', toolCalls });
        expect(parse([...message.tool_calls!])).toEqual({ text: '', toolCalls });
      },
    ),
  );
});
