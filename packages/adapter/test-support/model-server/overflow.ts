import type { ChatRequest } from './chat-request.js';
import type { ServerSettings } from './engine.js';
import { LONGEST_TOKEN_CHARACTERS } from './toy-tokenizer.js';

export interface Overflow {
  readonly message: string;
  readonly param: string | null;
  /** vLLM appends it to the message. */
  readonly value?: number;
}

/** Why vLLM does not answer a conversation of this length; undefined: it does. */
export function vllmOverflow(request: ChatRequest, settings: ServerSettings): Overflow | undefined {
  return BY_TEXT[settings.overflowText](request, settings.contextTokens);
}

const BY_TEXT: Record<ServerSettings['overflowText'], (request: ChatRequest, context: number) => Overflow | undefined> =
  { old: oldOverflow, 'too-large': tooLargeOverflow, passed: passedOverflow, new: newOverflow };

function oldOverflow({ promptIds, maxTokens }: ChatRequest, context: number): Overflow | undefined {
  const prompt = promptIds.length;
  if (maxTokens === undefined ? prompt < context : prompt + maxTokens <= context) return undefined;
  const asked =
    maxTokens === undefined
      ? `${prompt} tokens in the messages, Please reduce the length of the messages.`
      : `${prompt + maxTokens} tokens (${prompt} in the messages, ${maxTokens} in the completion). Please reduce the length of the messages or completion.`;
  const message = `This model's maximum context length is ${context} tokens. However, you requested ${asked}`;
  return { message, param: null };
}

function tooLargeOverflow({ promptIds, maxTokens = 0 }: ChatRequest, context: number): Overflow | undefined {
  const prompt = promptIds.length;
  if (prompt >= context)
    return {
      message: `This model's maximum context length is ${context} tokens. However, your request has ${prompt} input tokens. Please reduce the length of the input messages. None`,
      param: null,
    };
  if (prompt + maxTokens <= context) return undefined;
  return {
    message: `'max_tokens' or 'max_completion_tokens' is too large: ${maxTokens}. This model's maximum context length is ${context} tokens and your request has ${prompt} input tokens (${maxTokens} > ${context} - ${prompt}). None`,
    param: null,
  };
}

function passedOverflow(request: ChatRequest, context: number): Overflow | undefined {
  const { promptIds, promptCharacters, maxTokens = 0 } = request;
  const room = context - maxTokens;
  if (room < 0)
    return {
      // The missing space and the doubled name are vLLM's.
      message: `max_tokens=${maxTokens}cannot be greater than max_model_len=max_total_tokens=${context}. Please request fewer output tokens.`,
      param: 'max_tokens',
      value: maxTokens,
    };
  const most = room * LONGEST_TOKEN_CHARACTERS;
  const tells = (passed: string, end: string) =>
    `You passed ${passed} and requested ${maxTokens} output tokens. However, the model's context length is only ${context} tokens, resulting in a maximum input length of ${room} tokens${end}. Please reduce the length of the input prompt.`;
  if (promptCharacters > most)
    return {
      message: tells(`${promptCharacters} input characters`, ` (at most ${most} characters)`),
      param: 'input_text',
      value: promptCharacters,
    };
  if (promptIds.length <= room && promptIds.length < context) return undefined;
  // It stops to count one past what fits.
  const counted = Math.min(promptIds.length, room + 1);
  return { message: tells(`${counted} input tokens`, ''), param: 'input_tokens', value: counted };
}

function newOverflow(
  { promptIds, promptCharacters, maxTokens = 0 }: ChatRequest,
  context: number,
): Overflow | undefined {
  if (maxTokens > context)
    return {
      message: `max_tokens=${maxTokens} cannot be greater than max_model_len=${context}. Please request fewer output tokens.`,
      param: 'max_tokens',
      value: maxTokens,
    };
  if (promptIds.length < context) return undefined;
  const most = context * LONGEST_TOKEN_CHARACTERS;
  const tells = (contained: string, end: string) =>
    `This model's maximum context length is ${context} tokens. However, your prompt contains ${contained}${end}. Please reduce the length of the input prompt.`;
  if (promptCharacters > most) {
    const end = ` (more than ${most} characters, which is the upper bound for ${context} input tokens)`;
    return { message: tells(`${promptCharacters} characters`, end), param: 'input_text', value: promptCharacters };
  }
  const counted = Math.min(promptIds.length, context + 1);
  const end = ', which exceeds this limit even without any output tokens';
  return { message: tells(`at least ${counted} input tokens`, end), param: 'input_tokens', value: counted };
}

export function sglangOverflow(request: ChatRequest, { contextTokens: context }: ServerSettings): string | undefined {
  const { promptIds, maxTokens } = request;
  const prompt = promptIds.length;
  if (maxTokens !== undefined && maxTokens > context)
    return `max_completion_tokens is too large: ${maxTokens}.This model supports at most ${context} completion tokens.`;
  if (prompt >= context)
    return `The input (${prompt} tokens) is longer than the model's context length (${context} tokens).`;
  if (maxTokens === undefined || prompt + maxTokens < context) return undefined;
  return (
    `Requested token count exceeds the model's maximum context length of ${context} tokens. You requested a total of ` +
    `${prompt + maxTokens} tokens: ${prompt} tokens from the input messages and ${maxTokens} tokens for the completion. ` +
    'Please reduce the number of tokens in the input messages or the completion to fit within the limit.'
  );
}
