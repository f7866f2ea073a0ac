import { z } from 'zod';
import { PolicyError } from '../policy-error.js';
import type { CriticClient, CriticScore } from './critic.js';
import type { CriticClientOptions } from './critic-client-options.js';
import { type CriticServer, createCriticServer } from './critic-server.js';
import { plainConversation } from './plain-conversation.js';

export interface ClassifyCriticOptions extends CriticClientOptions {
  /** Names of the model's labels, in order; one of them is `success`. Default: not known but for the first, `success`. */
  readonly labels?: readonly string[] | undefined;
  /** Least probability of a success. Default 0.5. */
  readonly successThreshold?: number | undefined;
}

/**
 * A critic that tells the probability of success of a whole conversation (OpenHands software-agent-sdk, critic/impl/api):
 * posts the conversation as text to `/classify` and reads `probs`, by label or in the order of `labels`. The SDK renders
 * the chat template itself and sends `input`; here the server does, from `messages`, which vLLM takes from 0.13 at the latest. Throws
 * PolicyError `invalid-options`.
 */
export function openClassifyCritic(options: ClassifyCriticOptions): CriticClient {
  const { labels, successThreshold = 0.5, ...others } = options;
  if (labels !== undefined && (!labels.includes('success') || new Set(labels).size < labels.length))
    throw new PolicyError('invalid-options', 'Expected labels to hold "success", and each label once.');
  if (!(successThreshold >= 0 && successThreshold <= 1))
    throw new PolicyError('invalid-options', `Expected successThreshold in 0..1, and it is ${successThreshold}.`);
  const server = createCriticServer(others);
  return {
    name: server.name,
    async score(messages, scoring): Promise<CriticScore> {
      const body = { model: others.model, messages: plainConversation(messages, scoring) };
      const parse = (json: unknown) => classifySchema.safeParse(json).data?.data[0]?.probs;
      const probs = await server.ask({ path: 'classify', body, expected: 'classification', parse }, scoring);
      const probabilities = Object.fromEntries(namedProbs(server, probs, labels));
      const score = Object.hasOwn(probabilities, 'success') ? probabilities.success : undefined;
      if (score === undefined) throw server.badAnswer('its probabilities have none of "success"');
      return { score, isSuccess: score >= successThreshold, probabilities };
    },
    close: () => server.close(),
  };
}

const classifySchema = z.object({
  data: z.array(z.object({ probs: z.union([z.array(z.unknown()).min(1), z.record(z.string(), z.unknown())]) })).min(1),
});

function namedProbs(
  server: CriticServer,
  probs: readonly unknown[] | Readonly<Record<string, unknown>>,
  labels: readonly string[] | undefined,
): [string, number][] {
  const named = Array.isArray(probs) ? byOrder(server, probs, labels) : Object.entries(probs);
  return named.map(([label, value]) => {
    if (typeof value === 'number' && value >= 0 && value <= 1) return [label, value];
    throw server.badAnswer(`the probability of ${JSON.stringify(label)} is no number of 0..1`);
  });
}

function byOrder(
  server: CriticServer,
  probs: readonly unknown[],
  labels: readonly string[] | undefined,
): [string, unknown][] {
  if (labels === undefined) return [['success', probs[0]]];
  if (labels.length === probs.length) return labels.map((label, place) => [label, probs[place]]);
  throw server.badAnswer(`it gave ${probs.length} probabilities for ${labels.length} labels`);
}
