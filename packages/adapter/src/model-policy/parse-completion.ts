import { z } from 'zod';
import type { ChatCompletion, ChoiceEnd, ChoiceTokens, CompletionRoot } from './chat-completion.js';

/** A piece of a streamed answer. */
export interface CompletionChunk extends CompletionRoot {
  readonly choices?: readonly ChunkChoice[] | null | undefined;
}

export interface ChunkChoice extends ChoiceEnd, ChoiceTokens {
  readonly index?: number | null | undefined;
  readonly delta?: Delta | null | undefined;
}

interface Delta {
  readonly role?: string | null | undefined;
  readonly content?: string | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly reasoning_content?: string | null | undefined;
  readonly tool_calls?: readonly CallDelta[] | null | undefined;
}

interface CallDelta {
  readonly index?: number | null | undefined;
  readonly id?: string | null | undefined;
  readonly function?:
    | { readonly name?: string | null | undefined; readonly arguments?: string | null | undefined }
    | null
    | undefined;
}

// Only what is used, and of that as little as possible: servers differ, and token data is checked where it is read.

const text = z.string().nullish();
const name = z.union([z.string(), z.number()]).nullish().catch(null);

const speech = { role: text, content: text, reasoning: text, reasoning_content: text };

const messageSchema = z.looseObject({
  ...speech,
  tool_calls: z
    .array(z.looseObject({ id: text, function: z.looseObject({ name: text, arguments: z.unknown().optional() }) }))
    .nullish(),
});

const deltaSchema = z.object({
  ...speech,
  tool_calls: z
    .array(
      z.object({
        index: z.number().nullish(),
        id: text,
        function: z.object({ name: text, arguments: text }).nullish(),
      }),
    )
    .nullish(),
});

const choiceFields = {
  finish_reason: text,
  stop_reason: name,
  matched_stop: name,
  token_ids: z.unknown().optional(),
  response_token_ids: z.unknown().optional(),
  prompt_token_ids: z.unknown().optional(),
  logprobs: z
    .object({ content: z.array(z.unknown()).nullish() })
    .nullish()
    .catch(null),
  meta_info: z
    .object({
      output_token_logprobs: z.unknown().optional(),
      weight_version: name,
      weight_versions: z.unknown().optional(),
    })
    .nullish()
    .catch(null),
};

const rootFields = {
  id: text.catch(null),
  prompt_token_ids: z.unknown().optional(),
  usage: z
    .object({
      prompt_tokens: z.number(),
      completion_tokens: z.number().nullish(),
      prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  metadata: z.object({ weight_version: name }).nullish().catch(null),
};

const completionSchema = z.object({
  ...rootFields,
  choices: z.array(z.object({ message: messageSchema, ...choiceFields })),
});

const chunkSchema = z.object({
  ...rootFields,
  choices: z.array(z.object({ index: z.number().nullish(), delta: deltaSchema.nullish(), ...choiceFields })).nullish(),
});

/** Undefined: it is no chat completion. */
export function parseCompletion(json: unknown): ChatCompletion | undefined {
  return completionSchema.safeParse(json).data;
}

/** Undefined: it is no piece of one. */
export function parseChunk(json: unknown): CompletionChunk | undefined {
  return chunkSchema.safeParse(json).data;
}

/** Undefined: it is no JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
