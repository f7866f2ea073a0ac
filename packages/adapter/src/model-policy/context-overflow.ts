/** What servers say of a conversation that is too long, in lower case: vLLM old and new, SGLang, OpenAI and gateways. */
const PHRASES = [
  "this model's maximum context length is",
  "is longer than the model's context length",
  'is longer than the maximum model length',
  "exceeds the model's context length",
  "exceeds the model's maximum context length",
  'exceed the configured limit',
  'exceeds the configured limit',
  'exceeded model',
  'prompt_too_long',
  'prompt is too long',
  'context_length_exceeded',
  'exceeds the available context size',
  'context length',
  'maximum model length',
  'request_too_large',
  'cannot be greater than max_model_len',
  'max_completion_tokens is too large',
  'max_tokens must be at least 1, got 0',
  // SGLang, which takes a few tokens less than its context, and fewer still where its memory is short.
  'exceeds the maximum allowed length',
];

/**
 * vLLM, of a prompt that fills the context to the last token: it cuts what is asked for to what is left, and then
 * refuses that. We never ask for less than one token.
 */
const FULL = /max_tokens must be at least 1, got 0/;

/** Why there is no room, where the words of the server do not tell. */
export function overflowReason(message: string): string {
  return FULL.test(message) ? `the prompt fills the context length to the last token (${message})` : message;
}

/** Whether a refusal means that the conversation is too long. `text`: the body of the answer. */
export function isContextOverflow(statusCode: number, text: string): boolean {
  // A wrong key or a busy server is what it is, whatever it says about lengths.
  if (statusCode < 400 || [401, 403, 404, 408, 409, 425, 429].includes(statusCode)) return false;
  const lower = text.toLowerCase();
  return PHRASES.some((phrase) => lower.includes(phrase));
}

/** Fewer tokens than this are no turn. */
const LEAST_ROOM = 256;

/**
 * How many tokens to ask for where so many did not fit beside the prompt; undefined: there is no room. Servers count
 * the prompt and the tokens that are asked for together, so a refusal may come while there is room for a shorter reply.
 */
export function shorterReply(requested: number | undefined, text: string): number | undefined {
  if (requested === undefined || requested <= LEAST_ROOM || ALONE.test(text) || FULL.test(text)) return undefined;
  const counted = countedBy(text);
  if (counted === undefined) return Math.max(LEAST_ROOM, Math.floor(requested / 4));
  const { context, prompt } = counted;
  // vLLM stops to count one past what fits: then the number is only a lower bound.
  const isBound = prompt === context - requested + 1;
  const room = isBound ? Math.max(LEAST_ROOM, Math.floor(requested / 4)) : context - prompt;
  return room >= LEAST_ROOM && room < requested ? room : undefined;
}

/** The prompt alone is too long. */
const ALONE =
  /your prompt contains (at least )?\d+|even without any output tokens|prompt is too long|exceeds the maximum allowed length/;

function countedBy(text: string): { readonly context: number; readonly prompt: number } | undefined {
  for (const pattern of COUNTS) {
    const { context, prompt } = pattern.exec(text)?.groups ?? {};
    if (context !== undefined && prompt !== undefined) return { context: Number(context), prompt: Number(prompt) };
  }
  return undefined;
}

const COUNTS = [
  /passed (?<prompt>\d+) input tokens.{0,200}?context length is only (?<context>\d+)/s,
  /maximum context length is (?<context>\d+) tokens.{0,200}?\((?<prompt>\d+) in the messages/s,
  /maximum context length is (?<context>\d+) tokens.{0,200}?has (?<prompt>\d+) input tokens/s,
  /maximum context length of (?<context>\d+) tokens.{0,200}?: (?<prompt>\d+) tokens from the input/s,
  /input \((?<prompt>\d+) tokens\) is longer than the model's context length \((?<context>\d+) tokens\)/,
];
