import type { ChatRequest } from './chat-request.js';
import type { ServerSettings } from './engine.js';
import { LONGEST_TOKEN_CHARACTERS } from './toy-tokenizer.js';

export interface Overflow {
  readonly message: string;
  readonly param: string | null;
  /** vLLM appends it to the message. */
  readonly value?: number;
}

/** Why vLLM does not answer a conversation of this length; undefined: it does. Texts of the versions in `overflowText`. */
export function vllmOverflow(request: ChatRequest, settings: ServerSettings): Overflow | undefined {
  const { contextTokens: context, overflowText } = settings;
  const { promptIds, promptCharacters, maxTokens } = request;
  const prompt = promptIds.length;
  if (overflowText === 'old') {
    if (maxTokens === undefined && prompt >= context)
      return {
        message: `This model's maximum context length is ${context} tokens. However, you requested ${prompt} tokens in the messages, Please reduce the length of the messages.`,
        param: null,
      };
    if (maxTokens === undefined || prompt + maxTokens <= context) return undefined;
    return {
      message: `This model's maximum context length is ${context} tokens. However, you requested ${prompt + maxTokens} tokens (${prompt} in the messages, ${maxTokens} in the completion). Please reduce the length of the messages or completion.`,
      param: null,
    };
  }
  if (maxTokens !== undefined && maxTokens > context)
    return {
      message: `max_tokens=${maxTokens} cannot be greater than max_model_len=${context}. Please request fewer output tokens.`,
      param: 'max_tokens',
      value: maxTokens,
    };
  if (overflowText === 'passed') {
    const room = context - (maxTokens ?? 0);
    if (prompt <= room && prompt < context) return undefined;
    // It stops to count one past what fits.
    const counted = Math.min(prompt, room + 1);
    return {
      message: `You passed ${counted} input tokens and requested ${maxTokens ?? 0} output tokens. However, the model's context length is only ${context} tokens, resulting in a maximum input length of ${room} tokens. Please reduce the length of the input prompt.`,
      param: 'input_tokens',
      value: counted,
    };
  }
  if (prompt < context) return undefined;
  const most = context * LONGEST_TOKEN_CHARACTERS;
  if (promptCharacters > most)
    return {
      message: `This model's maximum context length is ${context} tokens. However, your prompt contains ${promptCharacters} characters (more than ${most} characters, which is the upper bound for ${context} input tokens). Please reduce the length of the input prompt.`,
      param: 'input_text',
      value: promptCharacters,
    };
  const counted = Math.min(prompt, context + 1);
  return {
    message: `This model's maximum context length is ${context} tokens. However, your prompt contains at least ${counted} input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.`,
    param: 'input_tokens',
    value: counted,
  };
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
