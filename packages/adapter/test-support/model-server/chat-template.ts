import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { ScriptedReply } from './model-server-options.js';
import { pythonJson } from './python-json.js';

/**
 * The conversation as the model reads it, in the manner of ChatML with the calls of Hermes and Qwen. What the assistant
 * said comes out exactly as it was sampled if text, arguments and reasoning are sent back as the server told them.
 */
export function renderPrompt(messages: readonly ChatMessage[], tools: readonly unknown[]): string {
  const [first, ...rest] = messages;
  const hasSystem = first?.role === 'system';
  const system = [hasSystem ? contentOf(first) : '', ...(tools.length > 0 ? [describeTools(tools)] : [])];
  const parts = hasSystem || tools.length > 0 ? [frame('system', system.filter(Boolean).join('\n\n'))] : [];
  const others = hasSystem ? rest : messages;
  others.forEach((message, index) => {
    if (message.role !== 'tool') {
      parts.push(frame(message.role, message.role === 'assistant' ? renderAssistant(message) : contentOf(message)));
      return;
    }
    // Results that follow each other are one message of the user.
    const isFirst = others[index - 1]?.role !== 'tool';
    const isLast = others[index + 1]?.role !== 'tool';
    const result = `<tool_response>\n${contentOf(message)}\n</tool_response>`;
    parts.push(`${isFirst ? '<|im_start|>user' : ''}\n${result}${isLast ? '<|im_end|>\n' : ''}`);
  });
  return `${parts.join('')}<|im_start|>assistant\n`;
}

/** What the model says, up to the token that ends the message. */
export function renderReply({ text = '', reasoning, toolCalls = [] }: ScriptedReply): string {
  const calls = toolCalls.map(({ name, arguments: input }) => ({
    name,
    arguments: typeof input === 'string' ? input : pythonJson(input ?? {}),
  }));
  return join(reasoning, text, calls);
}

function renderAssistant(message: ChatMessage): string {
  const reasoning = message.reasoning ?? message.reasoning_content;
  const calls = (message.tool_calls ?? []).map((call) => call.function);
  return join(typeof reasoning === 'string' ? reasoning : undefined, contentOf(message), calls);
}

function join(
  reasoning: string | undefined,
  text: string,
  calls: readonly { readonly name: string; readonly arguments: string }[],
): string {
  const thought = reasoning === undefined ? '' : `<think>\n${trimLines(reasoning)}\n</think>\n\n`;
  const said = reasoning === undefined ? text : text.replace(/^\n+/, '');
  const blocks = calls.map(
    (call) => `<tool_call>\n{"name": ${JSON.stringify(call.name)}, "arguments": ${call.arguments}}\n</tool_call>`,
  );
  const gap = said === '' || said.endsWith('\n') || blocks.length === 0 ? '' : '\n';
  return thought + said + gap + blocks.join('\n');
}

function trimLines(text: string): string {
  return text.replace(/^\n+|\n+$/g, '');
}

function frame(role: string, text: string): string {
  return `<|im_start|>${role}\n${text}<|im_end|>\n`;
}

/** Text, or a list of parts of which those that hold text count. */
function contentOf({ content }: { readonly content?: unknown }): string {
  if (Array.isArray(content)) return content.map((part: { text?: string }) => part.text ?? '').join('');
  return typeof content === 'string' ? content : '';
}

function describeTools(tools: readonly unknown[]): string {
  return `# Tools\n\n<tools>\n${tools.map((tool) => pythonJson(tool)).join('\n')}\n</tools>\n\nCall a tool within tool_call tags.`;
}
