import { randomUUID } from 'node:crypto';
import { refusal } from '../model-policy/ask-server.js';
import { judgeFailure, judgeNoAnswer } from '../model-policy/judge-reply.js';
import { createModelServer } from '../model-policy/model-server.js';
import { createOpenCalls } from '../model-policy/open-calls.js';
import { parseJson } from '../model-policy/parse-completion.js';
import { pauseBeforeRetry } from '../model-policy/pause-before-retry.js';
import { settle } from '../model-policy/settings.js';
import { PolicyError } from '../policy-error.js';
import type { ScoreOptions } from './critic.js';
import type { CriticClientOptions } from './critic-client-options.js';

/** The server of a critic, asked until it answers or refuses. */
export interface CriticServer {
  readonly host: string;
  /** Of the critic. */
  readonly name: string;
  /** `parse`: undefined where the answer is not `expected`. Throws PolicyError, and the reason of the signal. */
  ask<Answer>(question: CriticQuestion<Answer>, options: ScoreOptions): Promise<Answer>;
  /** The error that an answer is which has the right form and holds nonsense. */
  badAnswer(reason: string): PolicyError;
  close(): Promise<void>;
}

export interface CriticQuestion<Answer> {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What the answer is to be, for messages. */
  readonly expected: string;
  parse(json: unknown): Answer | undefined;
}

/** Throws PolicyError `invalid-options`. */
export function createCriticServer(options: CriticClientOptions): CriticServer {
  const { timeoutMs = 300_000, retry, ...others } = options;
  const settings = settle({
    ...others,
    retry: { attempts: retry?.attempts ?? 5, minMs: retry?.minMs ?? 1_000, maxMs: retry?.maxMs ?? 30_000 },
    requestTimeoutMs: timeoutMs,
  });
  if (!(timeoutMs > 0 && timeoutMs <= 2 ** 31 - 1))
    throw new PolicyError(
      'invalid-options',
      `Expected timeoutMs to be above 0 and below 2^31, and it is ${timeoutMs}.`,
    );
  const server = createModelServer(settings);
  const calls = createOpenCalls();
  const { host } = server;
  // Shortened only when secrets are out of it: what is left of one would still be a part of it.
  const badAnswer = (reason: string) =>
    new PolicyError('bad-answer', `${host}: ${settings.redact(reason).slice(0, 500)}.`);

  async function askOnce<Answer>({ path, body, expected, parse }: CriticQuestion<Answer>, signal: AbortSignal) {
    const headers = { 'x-request-id': randomUUID() };
    const reply = await server.post(path, JSON.stringify(body), { headers, signal, timeoutMs });
    const judged = judgeFailure(reply, { now: settings.now(), redact: settings.redact });
    if (judged.status !== 'text') return judged;
    const json = parseJson(judged.text);
    // Python writes NaN where JSON has no word for it: whole answers, that another request would not mend.
    if (json === undefined && parseJson(judged.text.replace(/\b(NaN|Infinity)\b/g, '0')) !== undefined)
      return { status: 'no-answer', reason: 'its answer holds NaN or Infinity' } as const;
    const answer = json === undefined ? undefined : parse(json);
    if (answer === undefined) return judgeNoAnswer(json, judged.text, expected, settings.redact);
    return { status: 'parsed', answer } as const;
  }

  return {
    host,
    name: settings.name,
    badAnswer,
    ask: (question, { signal: callerSignal, onRetry }) =>
      calls.run(callerSignal, async (signal) => {
        for (let attempt = 1; ; attempt += 1) {
          const judged = await askOnce(question, signal);
          switch (judged.status) {
            case 'parsed':
              return judged.answer;
            case 'overflow':
              throw new PolicyError('refused', `${host} cannot read so long a conversation: ${judged.reason}.`);
            case 'refused':
              throw refusal(host, judged);
            case 'no-answer':
              throw badAnswer(judged.reason);
            case 'retry':
              await pauseBeforeRetry(host, settings, { ...judged, attempt }, signal, () => onRetry?.(judged.reason));
          }
        }
      }),
    async close() {
      calls.end(new PolicyError('policy-closed', `The critic ${settings.name} is closed.`));
      await server.close();
    },
  };
}
