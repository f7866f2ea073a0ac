import { randomUUID } from 'node:crypto';
import { withoutCandidate } from '../candidate-id.js';
import { PolicyError } from '../policy-error.js';
import { type ChatCompletion, readUsage } from './chat-completion.js';
import { createStreamReader } from './event-stream.js';
import { type Judgement, judgeReply } from './judge-reply.js';
import type { Engine } from './model-policy-options.js';
import type { ModelServer } from './model-server.js';
import { pauseBeforeRetry } from './pause-before-retry.js';
import type { Settings } from './settings.js';
import { addUsage, type UsageTotals } from './usage-totals.js';

export interface Question {
  /** Without the fields that name the request. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly engine: Engine;
  readonly rolloutId: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  /** Of the weights, now; null: nobody knows. */
  readonly readVersion: (signal: AbortSignal) => Promise<string | null>;
  /** Of the rollout; that of the policy is told too. */
  readonly onRetry?: ((reason: string) => void) | undefined;
}

export type Reply =
  | {
      readonly status: 'answered';
      readonly completion: ChatCompletion;
      readonly requestId: string;
      /** Of the request that was answered, not of those before it. */
      readonly start: Date;
      readonly end: Date;
      readonly versionStart: string | null;
      readonly versionEnd: string | null;
      readonly retries: number;
    }
  | { readonly status: 'overflow'; readonly reason: string; readonly retries: number }
  | { readonly status: 'refused'; readonly statusCode: number; readonly reason: string };

/**
 * Sends a chat request until it is answered or refused. A request that failed is a sample that was thrown away: the
 * next one has an id of its own. Throws PolicyError where the server fails too often or talks nonsense, and the reason
 * of the signal when that is aborted.
 */
export async function askServer(
  server: ModelServer,
  settings: Settings,
  totals: UsageTotals,
  question: Question,
): Promise<Reply> {
  const { now, onRetry } = settings;
  const { rolloutId, signal, readVersion } = question;
  for (let attempt = 1; ; attempt += 1) {
    const versionStart = await readVersion(signal);
    const start = now();
    const requestId = randomUUID();
    totals.requests += 1;
    const judged = await sendOnce(server, settings, question, requestId);
    const end = now();
    switch (judged.status) {
      case 'answered': {
        addUsage(totals, readUsage(judged.completion));
        const versionEnd = await readVersion(signal);
        return { ...judged, requestId, start, end, versionStart, versionEnd, retries: attempt - 1 };
      }
      case 'overflow':
        return { ...judged, retries: attempt - 1 };
      case 'refused':
        return judged;
      case 'no-answer':
        throw new PolicyError('bad-answer', `${server.host}: ${judged.reason}.`);
      case 'retry': {
        addUsage(totals, judged.usage ?? null);
        await pauseBeforeRetry(server.host, settings, { ...judged, attempt }, signal, (delayMs) => {
          totals.retries += 1;
          onRetry({ rolloutId, attempt, delayMs, reason: judged.reason });
          question.onRetry?.(judged.reason);
        });
      }
    }
  }
}

async function sendOnce(
  server: ModelServer,
  { now, redact }: Settings,
  { body, engine, rolloutId, signal, timeoutMs }: Question,
  requestId: string,
): Promise<Judgement> {
  const stream = body.stream === true ? createStreamReader() : undefined;
  const named = {
    ...body,
    ...(engine === 'vllm' && { request_id: requestId }),
    ...(engine === 'sglang' && { rid: requestId }),
  };
  const reply = await server.postChat(JSON.stringify(named), {
    headers: {
      'x-request-id': requestId,
      // Its router keeps a conversation where its cache is, with all candidates for its next turn.
      ...(engine === 'sglang' && {
        'x-smg-routing-key': withoutCandidate(rolloutId).replace(/[^\x21-\x7e]/g, '_'),
      }),
    },
    signal,
    timeoutMs,
    ...(stream && { onEventText: stream.push }),
  });
  return judgeReply(reply, stream, { now: now(), redact });
}

/** The error that a refusal is, where nothing else can be made of it. */
export function refusal(
  host: string,
  { statusCode, reason }: Omit<Extract<Reply, { status: 'refused' }>, 'status'>,
): PolicyError {
  const advice: Record<number, string> = {
    401: ' Hand in the API key that this server expects.',
    403: ' Hand in an API key that may use this model.',
    404: ' Check the base address and the name of the model.',
  };
  return new PolicyError('refused', `${host} refused the request with ${reason}.${advice[statusCode] ?? ''}`);
}
