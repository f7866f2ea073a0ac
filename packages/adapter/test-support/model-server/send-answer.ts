import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, AnswerPart, Engine } from './engine.js';
import type { Fault } from './model-server-options.js';

/** Faults that strike while an answer is sent; the others replace it. */
export type SendingFault = 'cut' | 'slow' | 'stream-error' | undefined;

/** Faults that come instead of an answer. */
export type ReplacingFault = Extract<Fault, object> | 'reset' | 'not-json' | 'empty' | 'hang';

export function replacesAnswer(fault: Fault | undefined): fault is ReplacingFault {
  return typeof fault === 'object' || ['reset', 'not-json', 'empty', 'hang'].includes(fault ?? '');
}

/** A whole answer in one body. */
export async function sendBody(response: ServerResponse, body: unknown, fault: SendingFault): Promise<void> {
  await send(response, 200, 'application/json', [JSON.stringify(body)], fault);
}

/** An answer as events, one piece of the tokens after the other. */
export async function sendStream(
  response: ServerResponse,
  engine: Engine,
  answer: Answer,
  { streamTokens, fault }: { readonly streamTokens: number; readonly fault: SendingFault },
): Promise<void> {
  const events = [
    ...engine.firstEvents(answer),
    ...partsOf(answer.generation.tokenIds.length, streamTokens).flatMap((part) => engine.events(answer, part)),
    ...engine.lastEvents(answer),
  ];
  if (fault === 'stream-error')
    events.splice(Math.ceil(events.length / 2), Infinity, engine.error(500, 'Internal server error').body);
  const texts = [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`);
  await send(response, 200, 'text/event-stream; charset=utf-8', texts, fault);
}

/** At least one part, so that the reason why it ended is told of an empty answer too. */
function partsOf(tokens: number, size: number): AnswerPart[] {
  const count = Math.max(1, Math.ceil(tokens / size));
  return Array.from({ length: count }, (_, index) => ({
    from: index * size,
    to: Math.min(tokens, (index + 1) * size),
    isLast: index === count - 1,
  }));
}

async function send(
  response: ServerResponse,
  statusCode: number,
  type: string,
  pieces: readonly string[],
  fault: SendingFault,
): Promise<void> {
  response.statusCode = statusCode;
  response.setHeader('content-type', type);
  if (pieces.length === 1) response.setHeader('content-length', Buffer.byteLength(pieces[0]!));
  const whole = Buffer.from(pieces.join(''));
  if (fault === 'cut') {
    await new Promise<void>((resolve) => {
      response.write(whole.subarray(0, Math.ceil(whole.length / 2)), () => resolve());
    });
    response.destroy();
    return;
  }
  if (fault === 'slow') {
    const size = Math.ceil(whole.length / 20);
    for (let start = 0; start < whole.length && !response.destroyed; start += size) {
      response.write(whole.subarray(start, start + size));
      await wait(20);
    }
    response.end();
    return;
  }
  for (const piece of pieces) response.write(piece);
  response.end();
}

/** Answers with what is no answer. `hang` leaves the client waiting until one of the two goes. */
export function sendFault(response: ServerResponse, fault: ReplacingFault): void {
  if (typeof fault === 'object') {
    const isText = typeof fault.body === 'string';
    response.writeHead(fault.status, { 'content-type': isText ? 'text/plain' : 'application/json', ...fault.headers });
    response.end(isText ? fault.body : JSON.stringify(fault.body));
  } else if (fault === 'reset') response.socket?.resetAndDestroy();
  else if (fault === 'not-json')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!</body></html>');
  else if (fault === 'empty') response.writeHead(200, { 'content-type': 'application/json' }).end();
}
