import type { ToolCall, ToolDescription } from '../conversation.js';
import type { ToolCallFormat } from '../tool-format.js';
import { type FencedBlock, fenceFor, findFencedBlocks } from './fenced-blocks.js';
import { renderTextMessage } from './render-text-message.js';
import {
  describeTextInput,
  exampleText,
  exampleTool,
  readTextInput,
  type TextReading,
  textAround,
  toParsedReply,
  writeTextInput,
} from './text-reading.js';

/** A call is a fenced block of Markdown whose first word is the name of the tool; its content is the one text. */
export const fenceFormat: ToolCallFormat = {
  name: 'fence',
  isNative: false,
  describeTools,
  parse: (reply, tools) => toParsedReply(reply, readCall(reply.text, tools), tools, formOf(tools)),
  renderMessage: (message) => renderTextMessage(message, renderCall),
};

function renderCall({ tool, input }: Pick<ToolCall, 'tool' | 'input'>): string {
  const content = writeTextInput(input);
  const fence = fenceFor(content);
  return `${fence}${tool}\n${content}\n${fence}`;
}

function formOf(tools: readonly ToolDescription[]): string {
  const tool = exampleTool(tools);
  const example = renderCall({ tool: tool?.name ?? 'NAME', input: exampleText(tool) });
  return `Reply again with exactly one tool call, the last fenced block of the reply, in this form:\n\n${example}`;
}

function describeTools(tools: readonly ToolDescription[]): string {
  const described = tools.map((tool) => `### ${tool.name}\n${tool.description}\nINPUT: ${describeTextInput(tool)}`);
  return [
    'You work by calling tools. A call is a fenced block that has the name of the tool after its opening fence:',
    renderCall({ tool: 'NAME', input: 'INPUT' }),
    'NAME is one of the tools below, and INPUT one text, as the tool describes it; nothing in it is escaped. Where INPUT ' +
      'itself has a line that begins with ```, open and close the block with a longer fence, such as ````. Until your work is handed in, each reply ' +
      'holds exactly one call, and that is its last fenced block. You may think in plain words before it; write nothing ' +
      'after it. The next message tells what came of it.',
    'The tools:',
    ...described,
  ].join('\n\n');
}

function readCall(text: string, tools: readonly ToolDescription[]): TextReading {
  const names = new Set(tools.map(({ name }) => name));
  const blocks = findFencedBlocks(text);
  const calls = blocks.filter(({ word }) => names.has(word));
  const [call] = calls;
  if (call === undefined) return withoutCall(blocks, names);
  if (calls.length > 1)
    return unreadable(`Expected one tool call, but found ${calls.length} blocks with a tool's name.`);
  if (!call.isClosed) return unreadable(`The block "${call.word}" is not closed by a line with its fence.`);
  // What follows may be the rest of an input with fences in it, of which only the beginning was read.
  if (blocks.at(-1) !== call) {
    return unreadable(
      `After the block "${call.word}" comes another fence. If it belongs to the input, use a longer fence around the ` +
        'block; if not, leave it out.',
    );
  }
  const tool = tools.find(({ name }) => name === call.word);
  const toolCall = { tool: call.word, ...readTextInput(call.content, tool) };
  return { text: textAround(text.slice(0, call.start), text.slice(call.end)), toolCall };
}

function withoutCall(blocks: readonly FencedBlock[], names: ReadonlySet<string>): TextReading {
  const open = blocks.find(({ isClosed }) => !isClosed);
  if (open !== undefined) {
    return unreadable('A fenced block is not closed by a line with its fence, and nothing in it is read as a call.');
  }
  const known = [...names].join(', ');
  const found = blocks.length === 0 ? '' : ' A fenced block with another word is no call.';
  return { kind: 'no-call', problem: `The reply holds no fenced block with the name of a tool (${known}).${found}` };
}

function unreadable(problem: string): TextReading {
  return { kind: 'unreadable', problem };
}
