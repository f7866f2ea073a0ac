import type { ToolCall, ToolDescription } from '../conversation.js';
import type { MalformedReply } from '../policy.js';
import type { ModelReply, ParsedReply } from '../tool-format.js';
import { isTooDeep, writeJson } from '../write-json.js';

/** What a format finds in a text: one call, or what is wrong with the text. */
export type TextReading =
  | { readonly text: string; readonly toolCall: Omit<ToolCall, 'id'> }
  | { readonly kind: Exclude<MalformedReply['kind'], 'truncated'>; readonly problem: string };

/** The reply as the rest of the library takes it. `form`: shows the model how a call is written. */
export function toParsedReply(
  { text, isTruncated }: ModelReply,
  reading: TextReading,
  tools: readonly ToolDescription[],
  form: string,
): ParsedReply {
  if ('toolCall' in reading) return { text: reading.text, toolCalls: [{ id: 'call-1', ...reading.toolCall }] };
  const kind = isTruncated ? 'truncated' : reading.kind;
  const problem = isTruncated ? TRUNCATED : `${reading.problem} Nothing was executed.`;
  const howToEnd = kind === 'no-call' ? describeEnd(tools) : '';
  return { text, toolCalls: [], malformed: { kind, text: `${problem}${howToEnd}\n\n${form}` } };
}

/** What a model must know that believes to be done: it is answered only where nothing was handed in so far. */
export function describeEnd(tools: readonly ToolDescription[]): string {
  const canSubmit = tools.some(({ name }) => name === 'submit');
  return canSubmit ? ' If your work is done, hand it in with the tool "submit"; it has not been handed in.' : '';
}

export const TRUNCATED: string =
  'The reply was cut off at its limit of tokens before a tool call was complete. Nothing was executed. Write less ' +
  'before the call, and split long work into several calls.';

/** The arguments of a call as JSON text; no text at all means none. Anything but an object is kept, with the problem. */
export function readJsonArguments(text: string): Pick<ToolCall, 'input' | 'problem'> {
  if (text.trim() === '') return { input: {} };
  try {
    const input: unknown = JSON.parse(text);
    if (isTooDeep(input)) return { input: text, problem: 'The arguments are nested too deeply.' };
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { input };
    return { input: text, problem: 'The arguments must be a JSON object, such as {"key": "value"}.' };
  } catch (error) {
    // It quotes the text, and may cut a character in two.
    const reason = (error as Error).message.replace(/\p{Surrogate}/gu, '\ufffd');
    return { input: text, problem: `The arguments must be a JSON object, and this is no JSON: ${reason}.` };
  }
}

/** The one text of a call: for a tool that cannot take one, its arguments as JSON. */
export function readTextInput(text: string, tool: ToolDescription | undefined): Pick<ToolCall, 'input' | 'problem'> {
  return tool !== undefined && tool.textInput === undefined ? readJsonArguments(text) : { input: text };
}

/** The input as one text; a single text among the arguments stands for them. */
export function writeTextInput(input: unknown): string {
  if (typeof input === 'string') return input;
  const values = typeof input === 'object' && input !== null ? Object.values(input) : [];
  if (values.length === 1 && typeof values[0] === 'string') return values[0];
  return writeJson(input ?? {});
}

/** How the one text of a tool is written, for the model to read. */
export function describeTextInput({ textInput, inputSchema }: ToolDescription): string {
  return textInput ?? `a JSON object that fits this JSON Schema: ${JSON.stringify(inputSchema)}`;
}

/** A tool to show a call of. */
export function exampleTool(tools: readonly ToolDescription[]): ToolDescription | undefined {
  return tools.find(({ name }) => name === 'bash') ?? tools[0];
}

/** A text to show in a call of the tool. */
export function exampleText(tool: ToolDescription | undefined): string {
  if (tool?.name === 'bash') return 'ls -la';
  return tool?.textInput === undefined ? '{"key": "value"}' : `[${tool.textInput}]`;
}

/** What stands around a call. */
export function textAround(before: string, after: string): string {
  return `${before.trimEnd()}\n${after.trimStart()}`.trim();
}

/** Text and calls as one message of the assistant. */
export function joinText(text: string, calls: readonly string[]): string {
  return [...(text === '' ? [] : [text]), ...calls].join('\n');
}

/** How often a mark occurs, overlaps left out. */
export function countOf(mark: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) count += 1;
  return count;
}
