import type { TokenUsage } from '@swe-selfplay/trajectory';
import { writeJson } from '../write-json.js';
import { type ChatCompletion, readUsage } from './chat-completion.js';
import { isContextOverflow, overflowReason } from './context-overflow.js';
import type { StreamReader } from './event-stream.js';
import type { HttpReply } from './http-client.js';
import { parseCompletion, parseJson } from './parse-completion.js';
import { readRetryAfterMs } from './retry-delay.js';

/** What to make of a reply to a chat request. */
export type Judgement =
  | { readonly status: 'answered'; readonly completion: ChatCompletion }
  | { readonly status: 'overflow'; readonly reason: string }
  | { readonly status: 'refused'; readonly statusCode: number; readonly reason: string }
  | {
      readonly status: 'retry';
      readonly reason: string;
      readonly retryAfterMs?: number | undefined;
      /** Of the sample that is thrown away. */
      readonly usage?: TokenUsage | null;
      readonly cause?: unknown;
    }
  | { readonly status: 'no-answer'; readonly reason: string };

export type Failure = Exclude<Judgement, { readonly status: 'answered' }>;

/** Request timeout, conflict, too early, too many requests. */
const RETRIED = new Set([408, 409, 425, 429]);

/** `redact` takes secrets out of what the server says: servers repeat the key that they refuse. */
export function judgeReply(
  reply: HttpReply,
  stream: StreamReader | undefined,
  told: { readonly now: Date; readonly redact: (text: string) => string },
): Judgement {
  const failure = judgeFailure(reply, told);
  if (failure.status !== 'text') return failure;
  const { redact } = told;
  if (!failure.isEventStream || stream === undefined) return judgeAnswer(failure.text, redact);
  const end = stream.end();
  if (end.status === 'complete') return judgeCompletion(end.completion);
  if (end.status === 'cut') return { status: 'retry', reason: end.reason };
  return judgeError(codeOf(parseJson(end.text)) ?? 500, end.text, redact);
}

/** A reply with 200, of which nothing is known yet. */
export interface ReplyText {
  readonly status: 'text';
  readonly text: string;
  readonly isEventStream: boolean;
}

/** What to make of a reply to any request, as far as it is none; otherwise its text. */
export function judgeFailure(
  reply: HttpReply,
  { now, redact }: { readonly now: Date; readonly redact: (text: string) => string },
): Failure | ReplyText {
  switch (reply.status) {
    case 'broken':
      return { status: 'retry', reason: redact(reply.reason), cause: reply.cause };
    case 'too-large':
      return { status: 'no-answer', reason: 'its answer is larger than maxAnswerBytes allows' };
    case 'replied': {
      const { statusCode, text } = reply;
      if (statusCode !== 200) {
        const retryAfterMs = readRetryAfterMs(reply.header('retry-after'), now);
        const location = reply.header('location');
        return judgeError(statusCode, location === undefined ? text : redirectText(location), redact, retryAfterMs);
      }
      return { status: 'text', text, isEventStream: reply.isEventStream };
    }
  }
}

function judgeAnswer(text: string, redact: (text: string) => string): Judgement {
  const json = parseJson(text);
  const completion = json === undefined ? undefined : parseCompletion(json);
  return completion === undefined ? judgeNoAnswer(json, text, 'chat completion', redact) : judgeCompletion(completion);
}

/** What to make of a text with 200 that is not the answer that was expected. `json`: undefined where it is none. */
export function judgeNoAnswer(
  json: unknown,
  text: string,
  expected: string,
  redact: (text: string) => string,
): Failure {
  if (json === undefined) return { status: 'retry', reason: 'its answer was cut off or is no JSON' };
  // Gateways hand on the failure of what is behind them with 200.
  if (
    typeof json === 'object' &&
    json !== null &&
    ('error' in json || (json as { object?: unknown }).object === 'error')
  )
    return judgeError(codeOf(json) ?? 500, text, redact);
  return { status: 'no-answer', reason: `its answer is no ${expected}` };
}

function judgeCompletion(completion: ChatCompletion): Judgement {
  const choice = completion.choices[0];
  if (choice === undefined) return { status: 'retry', reason: 'its answer is empty' };
  // Engines end what they are sampling when weights change: a part of a reply, and nobody's turn.
  if (choice.finish_reason === 'abort' || choice.finish_reason === 'error')
    return { status: 'retry', reason: 'the server aborted the answer', usage: readUsage(completion) };
  const { content, tool_calls: calls, reasoning, reasoning_content: thought } = choice.message;
  const isEmpty = !content && !calls?.length && !reasoning && !thought;
  if (choice.finish_reason === 'length' && isEmpty && !completion.usage?.completion_tokens)
    return { status: 'overflow', reason: 'the prompt leaves no room for an answer' };
  return { status: 'answered', completion };
}

function judgeError(
  statusCode: number,
  text: string,
  redact: (text: string) => string,
  retryAfterMs?: number,
): Failure {
  const message = messageIn(text, redact);
  const reason = `${statusCode}: ${message}`;
  if (isContextOverflow(statusCode, text)) return { status: 'overflow', reason: overflowReason(message) };
  if (statusCode >= 500 || RETRIED.has(statusCode)) return { status: 'retry', reason, retryAfterMs };
  return { status: 'refused', statusCode, reason };
}

function redirectText(location: string): string {
  const host = URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return `it redirects${host}; use the address itself, since the key goes nowhere else`;
}

function codeOf(json: unknown): number | undefined {
  const code =
    (json as { error?: { code?: unknown } } | null)?.error?.code ?? (json as { code?: unknown } | null)?.code;
  // Nothing else: what is nested without end has no number, and looking for one would end the program.
  const number = typeof code === 'number' || typeof code === 'string' ? Number(code) : Number.NaN;
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined;
}

/** What an error says: nested as vLLM has it, flat as SGLang has it, or the text itself. */
export function messageIn(text: string, redact: (text: string) => string): string {
  const json = parseJson(text) as { error?: unknown; message?: unknown; detail?: unknown } | null | undefined;
  const nested = json?.error as { message?: unknown } | string | null | undefined;
  const found = (typeof nested === 'object' ? nested?.message : nested) ?? json?.message ?? json?.detail ?? text;
  // Before it is shortened, which would leave a part of a secret.
  const message = redact(typeof found === 'string' ? found : writeJson(found))
    .replace(/\s+/g, ' ')
    .trim();
  return message.length > 500 ? `${message.slice(0, 500)}…` : message || 'without a word';
}
