import type { ChatCompletion } from './chat-completion.js';

/** Token ids and log-probabilities of one answer; null where the server gave none or what it gave is not sound. */
export interface TokenData {
  readonly promptIds: readonly number[] | null;
  readonly completionIds: readonly number[] | null;
  /** Natural logarithms, one for each completion id, none above 0. */
  readonly logprobs: readonly number[] | null;
  /** Why something is left out that the server did give. */
  readonly fault?: string;
}

/** Rounding takes the logarithm of a certain token a little above 0. */
const TOLERANCE = 1e-4;
/** vLLM's stand-in for a log-probability that it does not have. */
const MISSING = -9999;

/** Takes what is sound and leaves out the rest: wrong numbers would train silently. */
export function readTokenData(completion: ChatCompletion): TokenData {
  const choice = completion.choices[0];
  const promptIds = readIds(choice?.prompt_token_ids ?? completion.prompt_token_ids);
  const pairs = readPairs(choice?.meta_info?.output_token_logprobs);
  const ids = readIds(choice?.token_ids ?? choice?.response_token_ids ?? pairs?.ids);
  const given = pairs?.logprobs ?? readContent(choice?.logprobs?.content);
  const found = { promptIds: promptIds ?? null, completionIds: ids ?? null };
  if (promptIds === null || ids === null) return { ...found, logprobs: null, fault: 'token ids that are none' };
  if (ids === undefined || given === undefined) return { ...found, logprobs: null };
  const fault = faultOf(ids, given, pairs?.ids, completion.usage?.completion_tokens);
  if (fault !== undefined) return { ...found, logprobs: null, fault };
  return { ...found, logprobs: given.map((value) => Math.min(0, value as number)) };
}

function faultOf(
  ids: readonly number[],
  logprobs: readonly unknown[],
  pairedIds: readonly unknown[] | undefined,
  counted: number | null | undefined,
): string | undefined {
  if (ids.length !== logprobs.length) return `${ids.length} token ids and ${logprobs.length} log-probabilities`;
  if (pairedIds !== undefined && ids.some((id, index) => id !== pairedIds[index]))
    return 'log-probabilities of other tokens than those that were sampled';
  if (typeof counted === 'number' && counted !== ids.length) return `${ids.length} token ids of ${counted} tokens`;
  const wrong = logprobs.find((value) => !isLogprob(value));
  if (wrong === undefined) return undefined;
  // A server may give anything here, nested without end too, which has no text.
  return typeof wrong === 'number' ? `a log-probability of ${wrong}` : 'a log-probability that is no number';
}

function isLogprob(value: unknown): value is number {
  return typeof value === 'number' && value > MISSING && value <= TOLERANCE;
}

/** Undefined: there are none; null: they are no ids. */
function readIds(value: unknown): readonly number[] | null | undefined {
  if (value === null || value === undefined) return undefined;
  if (!Array.isArray(value)) return null;
  return value.every((id) => Number.isSafeInteger(id) && id >= 0) ? value : null;
}

/** SGLang: `[log-probability, id, text]` for each token. */
function readPairs(value: unknown): { readonly ids: unknown[]; readonly logprobs: unknown[] } | undefined {
  if (!Array.isArray(value)) return undefined;
  const pairs = value.map((pair) => (Array.isArray(pair) ? pair : []));
  return { logprobs: pairs.map(([logprob]) => logprob ?? NaN), ids: pairs.map(([, id]) => id ?? NaN) };
}

/** An object with `logprob` for each token. */
function readContent(value: readonly unknown[] | null | undefined): readonly unknown[] | undefined {
  return value?.map((token) => (token as { logprob?: unknown } | null)?.logprob ?? NaN);
}
