import type { ChatMessage, ChatToolCall } from '@swe-selfplay/trajectory';
import type { Message, ToolCall, ToolDescription } from './conversation.js';
import type { MalformedReply } from './policy.js';

/** How a model writes its tool calls and reads the replies. A new format is one file in tool-formats/. */
export interface ToolCallFormat {
  readonly name: string;
  /** True: tools go into the request and calls come beside the text, both made by the server's chat template. */
  readonly isNative: boolean;
  /** What the system message says of the tools and how to call them; '' for a native format. */
  describeTools(tools: readonly ToolDescription[]): string;
  /** Reads the calls of one reply. */
  parse(reply: ModelReply, tools: readonly ToolDescription[]): ParsedReply;
  /** A message of the conversation as it goes over the wire. An assistant's `raw` is said again as it is. */
  renderMessage(message: Message): ChatMessage;
}

/** What a model said, reasoning taken off. */
export interface ModelReply {
  readonly text: string;
  /** Calls as the server read them; empty for formats that write them into the text. */
  readonly toolCalls: readonly ChatToolCall[];
  /** It was cut off at its limit of tokens. */
  readonly isTruncated: boolean;
}

export interface ParsedReply {
  /** What was said around the calls. */
  readonly text: string;
  /** The ids of calls that a server gave; formats without ids number them from `call-1`. */
  readonly toolCalls: readonly ToolCall[];
  /** Set if and only if there are no calls. */
  readonly malformed?: MalformedReply;
}
