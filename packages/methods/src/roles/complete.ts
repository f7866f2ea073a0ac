import type { Message, Policy, Turn } from '@swe-selfplay/adapter';
import { MethodError } from '../method-error.js';

/** One question and its answer, for whoever trains on it. */
export interface Completion {
  readonly rolloutId: string;
  readonly policy: string;
  readonly messages: readonly Message[];
  readonly turn: Turn;
}

export interface CompleteOptions {
  /** Names the sample to the policy's server; another for each. */
  readonly rolloutId: string;
  /** Wall time of the answer. Default ten minutes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onCompletion?: ((completion: Completion) => void) | undefined;
}

export type CompletionOutcome =
  | { readonly status: 'answered'; readonly text: string }
  | { readonly status: 'gave-up'; readonly reason: string };

const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * Asks a policy once, without tools. A prompt that does not fit into its context is an outcome; a policy that cannot
 * answer, or not in time, throws MethodError `infra`. Does not outwait its time, even where the policy ignores its signal.
 */
export async function complete(policy: Policy, prompt: string, options: CompleteOptions): Promise<CompletionOutcome> {
  const { rolloutId, timeoutMs = DEFAULT_TIMEOUT_MS, signal, onCompletion } = options;
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const ending = signal ? AbortSignal.any([signal, deadline]) : deadline;
  const messages: readonly Message[] = [{ role: 'user', text: prompt }];
  let stopWaiting = () => {};
  const ended = new Promise<never>((_, reject) => {
    stopWaiting = () => reject(ending.reason);
    ending.addEventListener('abort', stopWaiting, { once: true });
  });
  try {
    const answer = await Promise.race([policy.respond({ messages, tools: [] }, { signal: ending, rolloutId }), ended]);
    if (answer.status === 'context-overflow') return { status: 'gave-up', reason: answer.reason };
    onCompletion?.({ rolloutId, policy: policy.name, messages, turn: answer });
    return { status: 'answered', text: answer.text };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new MethodError('infra', `The policy ${policy.name} did not answer: ${reason}`, { cause: error });
  } finally {
    ending.removeEventListener('abort', stopWaiting);
  }
}
