import type { FunctionTool } from './exporters/function-tools.js';
import type { ChatMessage, ChatToolCall } from './trajectory-record.js';

/** A message that any chat template can take. */
export interface PlainMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/**
 * Messages in which nothing is left but text, in the form that OpenHands gives its critic: a call is
 * `<function=NAME>`, each argument as `<parameter=KEY>VALUE</parameter>` on a line (a VALUE of several lines on lines of
 * its own, anything but text as JSON), `</function>`, two line breaks after what was said before it; what a tool replied
 * is said by the user after the line `EXECUTION RESULT of [NAME]:`. Tools, where given, are described at the end of the
 * system message, in our words. Reasoning kept apart from the content is left out. Marks of chat templates such as
 * `<|im_end|>` in any text are broken to `< |im_end|>`: whoever could write them would write turns of their own. One
 * message for each given, in order, after a system message where tools are described and there was none.
 */
export function toPlainMessages(
  messages: readonly ChatMessage[],
  tools: readonly FunctionTool[] = [],
): readonly PlainMessage[] {
  const names = new Map<string, string>();
  const plain = messages.map((message) => {
    for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
    return toPlainMessage(message, names);
  });
  if (tools.length === 0) return plain;
  const described = breakMarks(describeTools(tools));
  const [first, ...rest] = plain;
  return first?.role === 'system'
    ? [{ role: 'system', content: `${first.content}\n\n${described}` }, ...rest]
    : [{ role: 'system', content: described }, ...plain];
}

function toPlainMessage(message: ChatMessage, names: ReadonlyMap<string, string>): PlainMessage {
  const { role, tool_call_id: callId } = message;
  const text = message.content ?? '';
  if (role === 'assistant') {
    const parts = [text.trimEnd(), ...(message.tool_calls ?? []).map(writeCall)].filter((part) => part !== '');
    return { role, content: breakMarks(message.tool_calls?.length ? parts.join('\n\n') : text) };
  }
  if (role === 'system' || role === 'developer') return { role: 'system', content: breakMarks(text) };
  if (role === 'user') return { role, content: breakMarks(text) };
  const name = names.get(callId ?? '') ?? (/^tool:\s*(.+)$/.exec(role)?.[1] || 'tool');
  return { role: 'user', content: breakMarks(`EXECUTION RESULT of [${name}]:\n${text}`) };
}

function writeCall({ function: { name, arguments: written } }: ChatToolCall): string {
  const parameters = readArguments(written);
  // What no tool could read is shown as it was written.
  if (parameters === undefined) return `<function=${name}>\n${written}\n</function>`;
  const lines = parameters.map(([key, value]) => {
    const around = value.includes('\n') ? '\n' : '';
    return `<parameter=${key}>${around}${value}${around}</parameter>\n`;
  });
  return `<function=${name}>\n${lines.join('')}</function>`;
}

function readArguments(written: string): (readonly [key: string, value: string])[] | undefined {
  if (written.trim() === '') return [];
  try {
    const input: unknown = JSON.parse(written);
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
    return Object.entries(input).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
  } catch {
    // No JSON, or nested so deeply that it cannot be written again.
    return undefined;
  }
}

function describeTools(tools: readonly FunctionTool[]): string {
  const described = tools.map(({ function: { name, description = '', parameters } }) =>
    [`### ${name}`, description, `Parameters: ${JSON.stringify(parameters)}`].filter((line) => line !== '').join('\n'),
  );
  return ['The tools that can be called:', ...described].join('\n\n');
}

function breakMarks(text: string): string {
  return text.replace(/<\|(?=\w+\|>)/g, '< |');
}
