import type { Answer } from './engine.js';
import { isSpecial, tokenTexts } from './toy-tokenizer.js';

/** `logprobs` of a choice, of all its tokens or some. What a token is called is what it adds to the text, or its id. */
export function vllmLogprobs(answer: Answer, from = 0, to = answer.generation.tokenIds.length): unknown {
  const { generation, request, logprobs = [] } = answer;
  const { texts } = generation;
  const asIds = request.body.return_tokens_as_token_ids === true;
  const entry = (id: number, text: string, logprob: number) => ({
    token: asIds ? `token_id:${id}` : text,
    logprob,
    bytes: [...Buffer.from(text)],
  });
  return {
    content: logprobs.slice(from, to).map(({ sampled, top }, index) => ({
      ...entry(sampled.id, texts[from + index]!, sampled.logprob),
      // The sampled token comes first and counts, also where others are likelier.
      top_logprobs: [sampled, ...top.filter(({ id }) => id !== sampled.id)]
        .slice(0, request.topLogprobs)
        .map(({ id, logprob }) => entry(id, nameOf(id), logprob)),
    })),
  };
}

/** A token on its own: half a character has no text. */
export function nameOf(id: number): string {
  return isSpecial(id) || id < 128 || id > 255 ? tokenTexts([id])[0]! : '\ufffd';
}
