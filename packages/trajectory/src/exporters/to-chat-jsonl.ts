import { conversationsOf, type Said } from '../conversations-of.js';
import type { ChatToolCall, TrajectoryRecord } from '../trajectory-record.js';
import { type FunctionTool, requestTools } from './function-tools.js';
import { reasoningOf } from './reasoning-of.js';
import { isRewarded } from './trainable-sequences.js';

/** One line for supervised fine-tuning, in OpenAI's format. */
export interface ChatExample {
  readonly messages: readonly ChatExampleMessage[];
  /** Absent where there are none, or where calls are written into the text. */
  readonly tools?: readonly FunctionTool[];
  readonly parallel_tool_calls?: false;
}

export interface ChatExampleMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
  readonly reasoning_content?: string;
  /** Of an assistant: 0 is context. Absent: learned from. */
  readonly weight?: 0;
}

export interface ChatOptions {
  /** Whether reasoning is written as `reasoning_content`, which not every trainer reads. Default false. */
  readonly withReasoning?: boolean | undefined;
}

/**
 * A trajectory as conversations for supervised fine-tuning: one, and a further one from each request that did not go on
 * with what was said before. Any capture level will do. Has replies to the last turn at the end. What an assistant said
 * has weight 0 where its format was wrong, where nothing of it is left in the loss mask, and where a request repeats it.
 * Which trajectories are good enough to imitate is the caller's choice. Empty for one without a reward.
 */
export function toChatJsonl(record: TrajectoryRecord, options: ChatOptions = {}): ChatExample[] {
  if (!isRewarded(record)) return [];
  const tools = requestTools(record);
  return conversationsOf(record).map((said) => ({
    messages: said.map((one) => toExampleMessage(one, options)),
    ...(tools.length > 0 && { tools, parallel_tool_calls: false as const }),
  }));
}

function toExampleMessage(said: Said, options: ChatOptions): ChatExampleMessage {
  const { role, content, tool_calls, tool_call_id } = said.message;
  const reasoning = reasoningOf(said.message);
  return {
    role,
    content,
    ...(tool_calls?.length && { tool_calls: tool_calls.map(plainCall) }),
    ...(tool_call_id !== undefined && { tool_call_id }),
    ...(options.withReasoning && reasoning !== undefined && { reasoning_content: reasoning }),
    ...(role === 'assistant' && !isLearnedFrom(said) && { weight: 0 as const }),
  };
}

function isLearnedFrom(said: Said): boolean {
  if (said.from !== 'policy' || said.turn.format_error !== undefined) return false;
  return said.turn.loss_mask === undefined || said.turn.loss_mask.includes(1);
}

/** A call without the fields that servers add. */
function plainCall({ id, function: { name, arguments: text } }: ChatToolCall): ChatToolCall {
  return { id, type: 'function', function: { name, arguments: text } };
}
