import { createHash } from 'node:crypto';
import type { Policy, Turn, TurnSample } from '@swe-selfplay/adapter';
import { MethodError } from '../method-error.js';
import { complete } from '../roles/complete.js';
import { mapConcurrently } from '../roles/map-concurrently.js';
import { policyOf, type RolePolicies } from '../roles/role-policies.js';

/** One prompt for one answer; equal ids ask for equal answers, as far as the policy can promise it. */
export interface CompletionRequest {
  readonly prompt: string;
  readonly rolloutId: string;
}

/** What came of asking once. `failed` says nothing about the task; an `overflow` is the prompt's length. */
export type SampledCompletion =
  | { readonly status: 'answered'; readonly rolloutId: string; readonly text: string; readonly sample?: TurnSample }
  | { readonly status: 'overflow' | 'failed'; readonly rolloutId: string; readonly reason: string };

export interface SamplingOptions {
  /** Answers that are waited for at once. Default 8. */
  readonly concurrency?: number | undefined;
  /** Wall time of one answer. Default ten minutes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Longer answers are cut: they are read by patterns, and kept. */
const MAX_ANSWER_LENGTH = 1_000_000;

/**
 * Asks policies for one answer to each prompt, without tools, side by side; the answers come in the order of the
 * requests. Throws only where `signal` is aborted; a policy that throws or takes too long is an answer that failed.
 */
export async function sampleCompletions(
  policies: RolePolicies,
  requests: readonly CompletionRequest[],
  options: SamplingOptions = {},
): Promise<SampledCompletion[]> {
  return mapConcurrently(requests, options.concurrency ?? 8, (request, index) =>
    sampleOnce(policyOf(policies, index), request, options),
  );
}

async function sampleOnce(
  policy: Policy,
  { prompt, rolloutId }: CompletionRequest,
  { timeoutMs, signal }: SamplingOptions,
): Promise<SampledCompletion> {
  let turn: Turn | undefined;
  const onCompletion = (completion: { readonly turn: Turn }) => {
    turn = completion.turn;
  };
  try {
    const outcome = await complete(policy, prompt, { rolloutId, timeoutMs, signal, onCompletion });
    if (outcome.status === 'gave-up') return { status: 'overflow', rolloutId, reason: outcome.reason };
    const text = (turn ? completionText(turn) : outcome.text).slice(0, MAX_ANSWER_LENGTH);
    return { status: 'answered', rolloutId, text, ...(turn?.sample && { sample: turn.sample }) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof MethodError)) throw error;
    return { status: 'failed', rolloutId, reason: error.message };
  }
}

/**
 * All that was written, reasoning in its tags: servers keep it apart, and templates open the tag in the prompt, yet the
 * format of SWE-RL wants both tags.
 */
export function completionText({ text, sample }: Turn): string {
  if (sample === undefined) return text;
  const { content, reasoning } = sample.record.response;
  const said = content ?? '';
  if (said.includes('<think>')) return said;
  if (said.includes('</think>')) return `<think>${said}`;
  return reasoning === undefined ? said : `<think>\n${reasoning}\n</think>\n${said}`;
}

/** An id for the answer with this number at this place: equal arguments give equal ids. */
export function completionId(purpose: string, taskId: string, seed: number, index: number): string {
  return createHash('sha256').update(`${purpose}\0${taskId}\0${seed}\0${index}`).digest('hex').slice(0, 32);
}
