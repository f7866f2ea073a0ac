import { z } from 'zod';
import { PolicyError } from '../policy-error.js';
import type { CriticClient, ScoreOptions } from './critic.js';
import type { CriticClientOptions } from './critic-client-options.js';
import { type CriticServer, createCriticServer } from './critic-server.js';
import { plainConversation } from './plain-conversation.js';
import { type TurnMarks, turnScoresOf } from './turn-scores.js';

export interface PoolingCriticOptions extends CriticClientOptions {
  /** Id of the mark that ends a turn. Default 151645, Qwen's `<|im_end|>`. */
  readonly imEndId?: number | undefined;
  /** Ids that begin a turn of the assistant. Default 151644 and 77091, Qwen's `<|im_start|>assistant`. */
  readonly assistantOpenIds?: readonly number[] | undefined;
  /**
   * Where the ids come from: with the rewards in one reply, as the server of the OpenHands critic has them, or from
   * `/tokenize`, for a vLLM as it is, whose `/pooling` returns none. Default `reply`.
   */
  readonly idsFrom?: 'reply' | 'tokenize' | undefined;
}

/**
 * A critic that rewards tokens, served by vLLM (OpenHands critic, model card openhands-critic-32b-exp-20250417, and
 * openhands/llm/critic.py): posts the conversation as text to `/pooling` and reads a reward for each token. The score of
 * an assistant's turn is the reward at the mark that ends it; that of the conversation is its last turn's. Raw numbers of
 * a regression, without bounds. An answer in which rewards and ids, or turns and messages, do not match is no score.
 * Throws PolicyError `invalid-options`.
 */
export function openPoolingCritic(options: PoolingCriticOptions): CriticClient {
  const { imEndId = 151_645, assistantOpenIds = [151_644, 77_091], idsFrom = 'reply', ...others } = options;
  const marks: TurnMarks = { imEndId, assistantOpenIds };
  if (assistantOpenIds.length === 0 || ![imEndId, ...assistantOpenIds].every((id) => Number.isInteger(id) && id >= 0))
    throw new PolicyError('invalid-options', 'Expected imEndId and assistantOpenIds to be ids of tokens.');
  const server = createCriticServer(others);
  return {
    name: server.name,
    async score(messages, scoring) {
      const plain = plainConversation(messages, scoring);
      const body = { model: others.model, messages: plain };
      const pooled = await server.ask(
        { path: 'pooling', body, expected: 'pooling answer', parse: parsePooling },
        scoring,
      );
      const ids = readIds(
        server,
        idsFrom === 'reply' ? pooled.prompt_token_ids : await tokenize(server, body, scoring),
      );
      const rewards = readRewards(server, pooled.data);
      if (rewards.length !== ids.length)
        throw server.badAnswer(`it gave ${rewards.length} rewards for ${ids.length} tokens`);
      const turns = plain.filter(({ role }) => role === 'assistant').length;
      const turnScores = completeScores(server, turnScoresOf(ids, rewards, marks), turns);
      return { score: turnScores.at(-1)!, turnScores };
    },
    close: () => server.close(),
  };
}

// Only what is used; the numbers are checked where they are read, so that the message names the place.
const poolingSchema = z.object({
  data: z.array(z.object({ data: z.array(z.unknown()), prompt_token_ids: z.array(z.unknown()).nullish() })).min(1),
});
const tokensSchema = z.object({ tokens: z.array(z.unknown()) });

function parsePooling(json: unknown) {
  return poolingSchema.safeParse(json).data?.data[0];
}

async function tokenize(
  server: CriticServer,
  body: Readonly<Record<string, unknown>>,
  scoring: ScoreOptions,
): Promise<unknown[]> {
  return server.ask(
    {
      path: 'tokenize',
      body: { ...body, add_generation_prompt: false },
      expected: 'list of tokens',
      parse: (json) => tokensSchema.safeParse(json).data?.tokens,
    },
    scoring,
  );
}

function readIds(server: CriticServer, ids: readonly unknown[] | null | undefined): number[] {
  if (!ids)
    throw server.badAnswer("its answer has no prompt_token_ids; where it has none at all, set idsFrom to 'tokenize'");
  return ids.map((id, place) => {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0) return id;
    throw server.badAnswer(`id ${place} of the prompt is no id of a token`);
  });
}

/** vLLM puts each reward in a list of its own, as many long as the model has labels. */
function readRewards(server: CriticServer, rewards: readonly unknown[]): number[] {
  return rewards.map((reward, place) => {
    if (Array.isArray(reward) && reward.length !== 1)
      throw server.badAnswer(`the reward of token ${place} has ${reward.length} numbers and not one`);
    const value: unknown = Array.isArray(reward) ? reward[0] : reward;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw server.badAnswer(`the reward of token ${place} is no finite number`);
  });
}

function completeScores(server: CriticServer, found: readonly (number | undefined)[], turns: number): number[] {
  // Servers may open a turn for an answer.
  const scores = found.length === turns + 1 && found.at(-1) === undefined ? found.slice(0, -1) : found;
  if (scores.length !== turns)
    throw server.badAnswer(`its tokens hold ${scores.length} turns of the assistant, and the messages ${turns}`);
  return scores.map((score, turn) => {
    if (score !== undefined) return score;
    throw server.badAnswer(`turn ${turn + 1} of the assistant has no end among its tokens`);
  });
}
