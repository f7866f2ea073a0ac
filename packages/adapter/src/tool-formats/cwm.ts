import type { ToolCall, ToolDescription } from '../conversation.js';
import type { ToolCallFormat } from '../tool-format.js';
import { renderTextMessage } from './render-text-message.js';
import {
  countOf,
  describeTextInput,
  exampleText,
  exampleTool,
  readTextInput,
  type TextReading,
  textAround,
  toParsedReply,
  writeTextInput,
} from './text-reading.js';

export interface CwmFormatOptions {
  /**
   * Who says the reply of a tool: `named` is the role `tool: bash` and so on, which the model of the scaffold was
   * trained with; the chat templates of other models drop or refuse roles they do not know. Default `user`.
   */
  readonly resultRole?: 'user' | 'named';
}

const OPEN = '<tool:';
const CLOSE = '</tool>';

/** The calls of the Code World Model's scaffold: `<tool: NAME>`, one text and `</tool>` on lines of their own. */
export function createCwmFormat(options: CwmFormatOptions = {}): ToolCallFormat {
  const toolRole = options.resultRole === 'named' ? (tool: string) => `tool: ${tool}` : () => 'user';
  return {
    name: 'cwm',
    isNative: false,
    describeTools,
    parse: (reply, tools) => toParsedReply(reply, readCall(reply.text, tools), tools, formOf(tools)),
    renderMessage: (message) => renderTextMessage(message, renderCall, toolRole),
  };
}

export const cwmFormat: ToolCallFormat = createCwmFormat();

function renderCall({ tool, input }: Pick<ToolCall, 'tool' | 'input'>): string {
  return `${OPEN} ${tool}>\n${writeTextInput(input)}\n${CLOSE}`;
}

function formOf(tools: readonly ToolDescription[]): string {
  const tool = exampleTool(tools);
  const example = renderCall({ tool: tool?.name ?? 'NAME', input: exampleText(tool) });
  return `Reply again with exactly one tool call, in this form:\n\n${example}`;
}

function describeTools(tools: readonly ToolDescription[]): string {
  const described = tools.map((tool) => `### ${tool.name}\n${tool.description}\nINPUT: ${describeTextInput(tool)}`);
  return [
    'You work by calling tools. Write a call like this, each tag on a line of its own:',
    `${OPEN} NAME>\nINPUT\n${CLOSE}`,
    'NAME is one of the tools below and INPUT one text, not empty, as the tool describes it. Nothing in INPUT is ' +
      `escaped, and neither "${OPEN}" nor "${CLOSE}" may occur anywhere else in your reply. Until your work is handed in, each reply holds exactly ` +
      'one call. You may think in plain words before it; write nothing after it. The next message tells what came of it.',
    'The tools:',
    ...described,
  ].join('\n\n');
}

interface Match {
  readonly tool: string;
  readonly input: string;
  readonly start: number;
  readonly end: number;
}

/** The errors come in the order of the scaffold: several calls, tags without a partner, no call, no input. */
function readCall(text: string, tools: readonly ToolDescription[]): TextReading {
  const matches = matchCalls(text);
  const [match] = matches;
  if (matches.length > 1) {
    return unreadable(`Expected one tool call, but found ${matches.length}: ${namesOf(matches)}.`);
  }
  const opened = countOf(OPEN, text);
  const closed = countOf(CLOSE, text);
  if (opened !== matches.length || closed !== matches.length) {
    return unreadable(
      `Mismatch in tool tag counts: found ${matches.length} well-formed calls, but ${opened} times "${OPEN}" and ` +
        `${closed} times "${CLOSE}". The tags stand on lines of their own and occur nowhere else, not even in INPUT.`,
    );
  }
  if (match === undefined) return { kind: 'no-call', problem: 'No tool calls found.' };
  if (match.input.trim() === '') {
    return unreadable(`The tool "${match.tool}" requires non-empty arguments, but they are empty or only whitespace.`);
  }
  const tool = tools.find(({ name }) => name === match.tool);
  const toolCall = { tool: match.tool, ...readTextInput(match.input, tool) };
  return { text: textAround(text.slice(0, match.start), text.slice(match.end)), toolCall };
}

/** What `<tool:\s([a-zA-Z_]+)>\n(.*?)\n</tool>` matches with a dot for any character, in time linear in the text. */
function matchCalls(text: string): Match[] {
  const matches: Match[] = [];
  const head = /\s([a-zA-Z_]+)>\n/y;
  for (let start = text.indexOf(OPEN); start !== -1; ) {
    head.lastIndex = start + OPEN.length;
    const tool = head.exec(text)?.[1];
    if (tool === undefined) {
      start = text.indexOf(OPEN, start + 1);
      continue;
    }
    const close = text.indexOf(`\n${CLOSE}`, head.lastIndex);
    if (close === -1) break;
    const end = close + 1 + CLOSE.length;
    matches.push({ tool, input: text.slice(head.lastIndex, close), start, end });
    start = text.indexOf(OPEN, end);
  }
  return matches;
}

function namesOf(matches: readonly Match[]): string {
  const names = matches.slice(0, 10).map(({ tool }) => tool.slice(0, 40));
  return matches.length > 10 ? `${names.join(', ')}, …` : names.join(', ');
}

function unreadable(problem: string): TextReading {
  return { kind: 'unreadable', problem };
}
