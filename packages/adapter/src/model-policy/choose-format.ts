import type { ToolDescription } from '../conversation.js';
import type { ToolCallFormat } from '../tool-format.js';
import { cwmFormat } from '../tool-formats/cwm.js';
import { nativeFormat } from '../tool-formats/native.js';
import { type ChatCompletion, readMessage, spokenText } from './chat-completion.js';
import type { ServerFacts } from './detect-server.js';

export interface ChosenFormat {
  readonly format: ToolCallFormat;
  readonly reason: string;
}

/** A tool that a model has no reason not to call. */
export const PROBE_TOOL: ToolDescription = {
  name: 'report_ready',
  description: 'Reports that you are ready. Call it at once.',
  inputSchema: { type: 'object', properties: {} },
};

/** Asks for a call of PROBE_TOOL; a text: the server refuses tools, and why. */
export type AskForCall = () => Promise<ChatCompletion | string>;

/**
 * Native calls where the server reads them, else the CWM text format. A call that came back as one proves it; a server
 * that says it has no parser, refuses tools or leaves the call in the text has none; one that took the tools while the
 * model merely talked is believed, since vLLM refuses tools without a parser.
 */
export async function chooseFormat({ hasToolParser }: ServerFacts, askForCall: AskForCall): Promise<ChosenFormat> {
  if (hasToolParser === false) return textFormat('the server has no tool-call parser');
  const answer = await askForCall();
  if (typeof answer === 'string') return textFormat(`the server refuses tools (${answer})`);
  const raw = answer.choices[0]?.message ?? {};
  const toolCalls = readMessage(raw, 0).tool_calls ?? [];
  if (toolCalls.length > 0) return { format: nativeFormat, reason: 'The server answered a trial with a tool call.' };
  const { malformed } = nativeFormat.parse({ text: spokenText(raw), toolCalls: [], isTruncated: false }, [PROBE_TOOL]);
  if (malformed?.kind === 'unreadable') return textFormat('the server leaves tool calls in the text');
  return { format: nativeFormat, reason: 'The server takes tools; in a trial the model made no call.' };
}

function textFormat(why: string): ChosenFormat {
  return { format: cwmFormat, reason: `Tool calls are read from the text (${cwmFormat.name}), since ${why}.` };
}
