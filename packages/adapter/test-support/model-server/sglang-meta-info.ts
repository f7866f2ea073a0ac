import type { Answer } from './engine.js';
import type { TokenChance } from './toy-logprobs.js';
import { END_OF_MESSAGE } from './toy-tokenizer.js';
import { nameOf } from './vllm-logprobs.js';

/** What SGLang knows of an answer besides its text. */
export function metaInfo(answer: Answer, reason: string): unknown {
  const { generation, logprobs, request, cachedTokens } = answer;
  const triple = ({ id, logprob }: TokenChance) => [logprob, id, nameOf(id)];
  return {
    id: answer.id,
    finish_reason: finishOf(answer, reason),
    prompt_tokens: request.promptIds.length,
    weight_version: lastWeights(answer),
    num_retractions: 0,
    ...(logprobs && {
      input_token_logprobs: [],
      output_token_logprobs: logprobs.map(({ sampled }) => triple(sampled)),
      output_token_logprobs_length: logprobs.length,
    }),
    ...(logprobs &&
      request.topLogprobs > 0 && {
        input_top_logprobs: [],
        output_top_logprobs: logprobs.map(({ top }) => top.map(triple)),
      }),
    reasoning_tokens: reasoningTokens(answer),
    completion_tokens: generation.tokenIds.length,
    cached_tokens: cachedTokens,
    weight_versions: answer.weightVersions,
    cached_tokens_details: cachedTokens === 0 ? null : { device: cachedTokens, host: 0 },
    dp_rank: null,
    e2e_latency: 0.01,
    response_sent_to_client_ts: Date.now() / 1000,
  };
}

function finishOf(answer: Answer, reason: string): unknown {
  if (reason === 'abort') return { type: 'abort', message: 'Aborted', status_code: null, err_type: null };
  if (reason === 'length') return { type: 'length', length: answer.generation.tokenIds.length };
  return { type: reason, matched: reason === 'tool_calls' ? null : matchedStop(answer) };
}

export function lastWeights({ weightVersions }: Answer): string {
  return weightVersions.at(-1)!.version;
}

/** Tokens of the thoughts, tags included. */
export function reasoningTokens({ reply, generation }: Answer): number {
  if (reply.reasoning === undefined) return 0;
  let left = reply.text.length - reply.rest.length;
  return (
    generation.shown.findIndex((text) => {
      left -= text.length;
      return left <= 0;
    }) + 1
  );
}

export function matchedStop({ generation }: Answer): number | string | null {
  return generation.finish === 'stop' ? (generation.stopString ?? END_OF_MESSAGE) : null;
}
