import { readChatRequest } from './chat-request.js';
import { encode } from './toy-tokenizer.js';

/** The answer of /tokenize, which takes a text or a conversation; undefined: it is neither. */
export function tokenize(
  body: Readonly<Record<string, unknown>>,
  contextTokens: number,
): { readonly count: number; readonly max_model_len: number; readonly tokens: readonly number[] } | undefined {
  const { prompt, messages } = body;
  const tokens =
    typeof prompt === 'string' ? encode(prompt) : Array.isArray(messages) ? readChatRequest(body).promptIds : undefined;
  return tokens && { count: tokens.length, max_model_len: contextTokens, tokens };
}
