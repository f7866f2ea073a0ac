import type { ChatMessage } from '@swe-selfplay/trajectory';
import { candidateId } from '../candidate-id.js';
import { toChatMessage } from '../chat-messages.js';
import { type Conversation, turnOf } from '../conversation.js';
import type { Critic, CriticScore, ScoreOptions } from '../critic/critic.js';
import type { ContextOverflow, Policy, RespondOptions, Turn } from '../policy.js';
import { PolicyError } from '../policy-error.js';
import { bestOf, type Candidate, type ScoredCandidate } from './look-ahead-choice.js';

export interface LookAheadOptions {
  /** Turns that are sampled for each that is taken. Default 8. */
  readonly candidates?: number | undefined;
  /** Whether a turn that cannot be read loses to every one that can. Default true; such turns are then not even scored. */
  readonly prefersReadable?: boolean | undefined;
  /** Default: the policy's name and the critic's. */
  readonly name?: string | undefined;
}

/**
 * A policy that looks one step ahead (OpenHands pull request 7770): samples several candidates for each turn side by
 * side, has the critic score the conversation with each, and takes the best; of equal scores the one sampled first. A
 * candidate that could not be sampled or scored is left out. Of the rest nothing is recorded but numbers, in
 * `sampling_effective.look_ahead` of the turn that is taken. Captures are for evaluation only, since what was chosen
 * among several is not distributed as its log-probabilities say.
 *
 * Throws PolicyError `invalid-options`, here for a number of candidates that is none, and at a turn where the policy
 * samples at temperature 0, which gives equal candidates; and as the policy or the critic do where none is left. The
 * context has overflown where it has for every candidate that was answered.
 */
export function createLookAheadPolicy(policy: Policy, critic: Critic, options: LookAheadOptions = {}): Policy {
  const { candidates: count = 8, prefersReadable = true, name = `${policy.name}+${critic.name}` } = options;
  if (!Number.isInteger(count) || count < 1)
    throw new PolicyError(
      'invalid-options',
      `Expected candidates to be a whole number of at least 1, and it is ${count}.`,
    );
  return {
    name,
    ...(policy.description && { description: describe(policy.description, name, count) }),
    async respond(conversation, asked) {
      const sampled = await sample(policy, conversation, asked, count);
      if (!Array.isArray(sampled)) return sampled;
      refuseGreedy(sampled, count);
      const readable = sampled.filter(({ turn }) => turn.malformed === undefined);
      const eligible = prefersReadable && readable.length > 0 ? readable : sampled;
      const scored = await score(policy, critic, conversation, eligible, asked);
      return bestOf(scored, { requested: count, sampled });
    },
  };
}

function describe(
  description: NonNullable<Policy['description']>,
  name: string,
  count: number,
): NonNullable<Policy['description']> {
  const { capture, record } = description;
  return {
    ...description,
    capture: capture === 'train' && count > 1 ? 'eval' : capture,
    record: { ...record, name },
  };
}

async function sample(
  policy: Policy,
  conversation: Conversation,
  asked: RespondOptions,
  count: number,
): Promise<Candidate[] | ContextOverflow> {
  const turn = turnOf(conversation);
  const ended = await Promise.allSettled(
    Array.from({ length: count }, async (_, index) =>
      policy.respond(conversation, { ...asked, rolloutId: candidateId(asked.rolloutId, turn, index) }),
    ),
  );
  asked.signal.throwIfAborted();
  const answers = ended.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  const turns = answers.flatMap((answer, index) =>
    answer === undefined || answer.status === 'context-overflow' ? [] : { index, turn: answer },
  );
  if (turns.length > 0) return turns;
  const overflow = answers.find((answer) => answer?.status === 'context-overflow');
  if (overflow?.status === 'context-overflow') return overflow;
  throw reasonOf(ended);
}

/** With one candidate there is nothing to choose, and nothing to refuse. */
function refuseGreedy(candidates: readonly Candidate[], count: number): void {
  const isGreedy = candidates.some(({ turn }) => turn.sample?.record.sampling_requested.temperature === 0);
  if (isGreedy && count > 1)
    throw new PolicyError(
      'invalid-options',
      'Expected a policy that samples: at temperature 0 all candidates are equal.',
    );
}

async function score(
  policy: Policy,
  critic: Critic,
  conversation: Conversation,
  candidates: readonly Candidate[],
  { signal, onRetry }: RespondOptions,
): Promise<ScoredCandidate[]> {
  const format = policy.description?.record.format ?? 'native';
  // A format that writes calls into the text has written the tools into it too.
  const tools = format === 'native' ? conversation.tools : [];
  const ended = await Promise.allSettled(
    candidates.map(async ({ turn }) => {
      const scoring: ScoreOptions = { signal, tools, ...(onRetry && { onRetry }) };
      return checked(critic, await critic.score(asRead(conversation, turn), scoring));
    }),
  );
  signal.throwIfAborted();
  const scored = ended.flatMap((one, place) =>
    one.status === 'fulfilled' ? { ...candidates[place]!, score: one.value } : [],
  );
  if (scored.length > 0) return scored;
  throw reasonOf(ended);
}

/** NaN is above nothing and below nothing: it would choose by chance. */
function checked({ name }: Critic, { score }: CriticScore): number {
  if (Number.isFinite(score)) return score;
  throw new PolicyError('bad-answer', `The critic ${name} gave the score ${score}.`);
}

/** What the critic reads: the request as the model was sent it, where there is one, and the answer. */
function asRead({ messages }: Conversation, { sample, text, toolCalls }: Turn): ChatMessage[] {
  if (sample !== undefined) return [...sample.messages, sample.record.response];
  return [...messages, { role: 'assistant' as const, text, toolCalls }].map(toChatMessage);
}

function reasonOf(ended: readonly PromiseSettledResult<unknown>[]): unknown {
  return ended.find((one): one is PromiseRejectedResult => one.status === 'rejected')!.reason;
}
