import type { ToolCall, ToolDescription } from '../conversation.js';
import type { ToolCallFormat } from '../tool-format.js';
import { renderTextMessage } from './render-text-message.js';
import { exampleText, exampleTool, type TextReading, textAround, toParsedReply } from './text-reading.js';
import { describeParameter, parametersOf, readValue, writeValue } from './xml-parameters.js';

const OPEN = '<function=';
const CLOSE = '</function>';
const OPEN_PARAMETER = '<parameter=';
const CLOSE_PARAMETER = '</parameter>';
const WRAPPER = '<tool_call>';
const CLOSE_WRAPPER = '</tool_call>';

/**
 * The calls of SWE-agent's XML parser and of Qwen3-Coder, which also puts `<tool_call>` around them:
 * `<function=NAME>`, for each argument `<parameter=KEY>` VALUE `</parameter>`, then `</function>`.
 */
export const xmlFormat: ToolCallFormat = {
  name: 'xml',
  isNative: false,
  describeTools,
  parse: (reply, tools) => toParsedReply(reply, readCall(reply.text, tools), tools, formOf(tools)),
  renderMessage: (message) => renderTextMessage(message, renderCall),
};

function renderCall({ tool, input }: Pick<ToolCall, 'tool' | 'input'>): string {
  const values = typeof input === 'object' && input !== null ? input : { input: input ?? '' };
  const parameters = Object.entries(values).map(
    ([key, value]) => `${OPEN_PARAMETER}${key}>\n${writeValue(value)}\n${CLOSE_PARAMETER}\n`,
  );
  return `${OPEN}${tool}>\n${parameters.join('')}${CLOSE}`;
}

function formOf(tools: readonly ToolDescription[]): string {
  const tool = exampleTool(tools);
  const keys =
    tool === undefined ? ['KEY'] : parametersOf(tool).flatMap(({ key, isRequired }) => (isRequired ? key : []));
  const input = Object.fromEntries(keys.map((key) => [key, tool?.name === 'bash' ? exampleText(tool) : 'VALUE']));
  const example = renderCall({ tool: tool?.name ?? 'NAME', input });
  return `Reply again with exactly one tool call, in this form:\n\n${example}`;
}

function describeTools(tools: readonly ToolDescription[]): string {
  const described = tools.map((tool) => {
    const parameters = parametersOf(tool).map(describeParameter);
    const list = parameters.length === 0 ? ['No parameters.'] : parameters;
    return `### ${tool.name}\n${tool.description}\n${list.join('\n')}`;
  });
  return [
    'You work by calling tools. Write a call like this:',
    renderCall({ tool: 'NAME', input: { KEY: 'VALUE', KEY2: 'VALUE2' } }),
    'NAME is one of the tools below, and each KEY one of its parameters. A VALUE may have many lines; nothing in it is ' +
      'escaped. One line break after the opening tag and one before the closing tag do not belong to it. A value that is ' +
      'no text is written as JSON. Until your work is handed in, each reply holds exactly one call. You may think in plain words before it; write ' +
      'nothing after it. The next message tells what came of it.',
    'The tools:',
    ...described,
  ].join('\n\n');
}

function readCall(text: string, tools: readonly ToolDescription[]): TextReading {
  const start = text.indexOf(OPEN);
  if (start === -1) return withoutCall(text);
  const name = nameAt(text, start + OPEN.length);
  if (name === undefined) return unreadable(`"${OPEN}" must be followed by the name of a tool and ">".`);
  const tool = tools.find((each) => each.name === name.text);
  const input = new Map<string, unknown>();
  let at = skipSpace(text, name.end);
  while (!text.startsWith(CLOSE, at)) {
    if (!text.startsWith(OPEN_PARAMETER, at)) {
      const found = at === text.length ? 'the end of the reply' : JSON.stringify(text.slice(at, at + 40));
      return unreadable(
        `In the call of "${name.text}": expected "${OPEN_PARAMETER}KEY>" or "${CLOSE}", found ${found}.`,
      );
    }
    const key = nameAt(text, at + OPEN_PARAMETER.length);
    if (key === undefined)
      return unreadable(`"${OPEN_PARAMETER}" must be followed by the name of a parameter and ">".`);
    if (input.has(key.text)) return unreadable(`The parameter "${key.text}" is given twice.`);
    const end = endOfValue(text, key.end);
    if (end === undefined) {
      return unreadable(
        `The parameter "${key.text}" has no end: "${CLOSE_PARAMETER}" must follow its value, and then the next ` +
          `"${OPEN_PARAMETER}KEY>" or "${CLOSE}".`,
      );
    }
    const value = text.slice(key.end, end).replace(/^\n/, '');
    input.set(key.text, readValue(value.endsWith('\n') ? value.slice(0, -1) : value, tool, key.text));
    at = skipSpace(text, end + CLOSE_PARAMETER.length);
  }
  const after = text.slice(at + CLOSE.length);
  if (after.includes(OPEN)) return unreadable('Expected one tool call, but found more.');
  // What was read may be the beginning of a value that holds the tags that end a call.
  if (after.includes(CLOSE_PARAMETER) || after.includes(CLOSE)) {
    return unreadable(
      `After the call come more closing tags. A value cannot hold "${CLOSE_PARAMETER}" followed by "${CLOSE}"; write ` +
        'such a text in parts.',
    );
  }
  const toolCall = { tool: name.text, input: Object.fromEntries(input) };
  return { text: textAround(...unwrap(text.slice(0, start).trimEnd(), after.trimStart())), toolCall };
}

function withoutCall(text: string): TextReading {
  if (!text.includes(WRAPPER)) return { kind: 'no-call', problem: 'The reply holds no tool call.' };
  return unreadable(`"${WRAPPER}" holds no call that starts with "${OPEN}NAME>"; a call as JSON is not read here.`);
}

function nameAt(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const name = /([\w.-]{1,200})>/y;
  name.lastIndex = start;
  const found = name.exec(text)?.[1];
  return found === undefined ? undefined : { text: found, end: name.lastIndex };
}

/** A value may hold the closing tag, where what follows that could not follow a value. */
function endOfValue(text: string, start: number): number | undefined {
  for (let end = text.indexOf(CLOSE_PARAMETER, start); end !== -1; end = text.indexOf(CLOSE_PARAMETER, end + 1)) {
    const next = skipSpace(text, end + CLOSE_PARAMETER.length);
    if (text.startsWith(OPEN_PARAMETER, next) || text.startsWith(CLOSE, next)) return end;
  }
  return undefined;
}

function skipSpace(text: string, start: number): number {
  const space = /\s*/y;
  space.lastIndex = start;
  space.exec(text);
  return space.lastIndex;
}

function unwrap(before: string, after: string): [string, string] {
  return [
    before.endsWith(WRAPPER) ? before.slice(0, -WRAPPER.length) : before,
    after.startsWith(CLOSE_WRAPPER) ? after.slice(CLOSE_WRAPPER.length) : after,
  ];
}

function unreadable(problem: string): TextReading {
  return { kind: 'unreadable', problem };
}
