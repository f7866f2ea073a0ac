import type { ChatMessage, ChatToolCall } from '@swe-selfplay/trajectory';
import { toChatMessage } from '../chat-messages.js';
import type { AssistantMessage, ToolCall, ToolDescription } from '../conversation.js';
import type { MalformedReply } from '../policy.js';
import type { ModelReply, ParsedReply, ToolCallFormat } from '../tool-format.js';
import { writeJson } from '../write-json.js';
import { describeEnd, readJsonArguments, TRUNCATED } from './text-reading.js';

/** Tools and calls in the fields that OpenAI-compatible servers have for them. A reply may hold several calls. */
export const nativeFormat: ToolCallFormat = {
  name: 'native',
  isNative: true,
  describeTools: () => '',
  parse,
  renderMessage: (message) => (message.role === 'assistant' ? renderAssistant(message) : toChatMessage(message)),
};

function parse(reply: ModelReply, tools: readonly ToolDescription[]): ParsedReply {
  const { text, toolCalls, isTruncated } = reply;
  if (toolCalls.length === 0) return { text, toolCalls: [], malformed: withoutCall(reply, tools) };
  const ids = uniqueIds(toolCalls.map(({ id }) => id));
  return {
    text,
    toolCalls: toolCalls.map(({ function: { name, arguments: written } }, index) => {
      const { input, problem } = readJsonArguments(written);
      if (problem === undefined) return { id: ids[index]!, tool: name, input };
      const reason = isTruncated ? ' The reply was cut off at its limit of tokens: write less in one call.' : '';
      return { id: ids[index]!, tool: name, input, problem: `Nothing was executed. ${problem}${reason}` };
    }),
  };
}

/** Each answer names its call, so each call needs a name of its own. */
function uniqueIds(ids: readonly string[]): string[] {
  const taken = new Set(ids);
  const given = new Set<string>();
  let next = 1;
  return ids.map((id) => {
    let unique = id;
    if (unique === '' || given.has(unique)) {
      while (taken.has(`call-${next}`)) next += 1;
      unique = `call-${next}`;
      taken.add(unique);
    }
    given.add(unique);
    return unique;
  });
}

/** How models write calls that a server should have taken out of the text. */
const CALL_MARKS = [
  '<tool_call',
  '<tool:',
  '<function=',
  '<function_call',
  '<invoke name=',
  '[TOOL_CALLS]',
  '<|tool_call',
  '<|python_tag|>',
  '<｜tool▁call',
];

function withoutCall({ text, isTruncated }: ModelReply, tools: readonly ToolDescription[]): MalformedReply {
  const names = tools.map(({ name }) => name).join(', ');
  const form = `Reply again with a call of one of the tools (${names}), made as a tool call and not written into the text.`;
  if (isTruncated) return { kind: 'truncated', text: `${TRUNCATED}\n\n${form}` };
  const mark = CALL_MARKS.find((each) => text.includes(each));
  if (mark === undefined)
    return {
      kind: 'no-call',
      text: `The reply holds no tool call. Nothing was executed.${describeEnd(tools)}\n\n${form}`,
    };
  const reason =
    `The text of the reply holds "${mark}", a tool call that the server did not read as one. Nothing was executed. ` +
    'Where the server has no parser for the tool calls of this model, a format that reads them from the text is needed.';
  return { kind: 'unreadable', text: `${reason}\n\n${form}` };
}

/**
 * What the server sent is said again as it is, but for what servers refuse: ids that are missing or doubled, and
 * arguments that are no JSON, which vLLM and SGLang read before their chat template sees them.
 */
function renderAssistant(message: AssistantMessage): ChatMessage {
  const { raw, toolCalls } = message;
  if (raw === undefined) return toChatMessage({ ...message, toolCalls: toolCalls.map(withReadableInput) });
  const written = raw.tool_calls ?? [];
  if (written.length !== toolCalls.length) return raw;
  const repaired = written.map((call, index) => repair(call, toolCalls[index]!));
  return repaired.every((call, index) => call === written[index]) ? raw : { ...raw, tool_calls: repaired };
}

function repair(written: ChatToolCall, call: ToolCall): ChatToolCall {
  const { arguments: text } = written.function;
  const { input, problem } = readJsonArguments(text);
  if (written.id === call.id && problem === undefined && text.trim() !== '') return written;
  const readable = text.trim() === '' || problem !== undefined ? argumentsText(input) : text;
  return { ...written, id: call.id, function: { ...written.function, arguments: readable } };
}

function withReadableInput(call: ToolCall): ToolCall {
  return typeof call.input === 'string' ? { ...call, input: argumentsText(call.input) } : call;
}

/** Arguments as the text of a JSON object; what could not be read is kept in it. */
function argumentsText(input: unknown): string {
  return writeJson(typeof input === 'string' ? { unreadable: input } : input);
}
