import { Agent, request } from 'undici';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly maxBytes: number;
  /** Takes the pieces of an event stream; then the text of the reply is empty. */
  readonly onEventText?: ((text: string) => void) | undefined;
}

export type HttpReply =
  | {
      readonly status: 'replied';
      readonly statusCode: number;
      header(name: string): string | undefined;
      readonly text: string;
      readonly isEventStream: boolean;
    }
  /** No reply, or one that was cut. `isSudden`: neither did the time run out nor was there no connection to be had. */
  | { readonly status: 'broken'; readonly reason: string; readonly cause: unknown; readonly isSudden: boolean }
  | { readonly status: 'too-large' };

export interface HttpClient {
  /** Rejects with the reason of the signal when that is aborted, and with nothing else. */
  send(request: HttpRequest): Promise<HttpReply>;
  close(): Promise<void>;
}

/**
 * HTTP without limits of time of its own: a long generation is silent for as long as it takes. As many connections as
 * there are requests, no redirects: they would carry the key elsewhere.
 */
export function createHttpClient(): HttpClient {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connections: null, pipelining: 1 });
  return {
    send: (httpRequest) => send(agent, httpRequest),
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, httpRequest: HttpRequest): Promise<HttpReply> {
  const { method, url, headers, body, signal, timeoutMs, maxBytes, onEventText } = httpRequest;
  signal.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(timedOut(timeoutMs)), timeoutMs);
  try {
    const reply = await request(url, {
      method,
      dispatcher: agent,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers },
      signal: stop.signal,
      ...(body !== undefined && { body }),
    });
    const header = (name: string) => firstOf(reply.headers[name]);
    const isEventStream = onEventText !== undefined && (header('content-type') ?? '').includes('text/event-stream');
    const decoder = new TextDecoder();
    const pieces: string[] = [];
    let bytes = 0;
    const take = isEventStream ? onEventText : (text: string) => pieces.push(text);
    for await (const chunk of reply.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      // Leaving the loop destroys the body and its connection.
      if (bytes > maxBytes) return { status: 'too-large' };
      take(decoder.decode(chunk, { stream: true }));
    }
    take(decoder.decode());
    return { status: 'replied', statusCode: reply.statusCode, header, text: pieces.join(''), isEventStream };
  } catch (error) {
    signal.throwIfAborted();
    const isLate = stop.signal.aborted;
    const cause = isLate ? stop.signal.reason : error;
    return { status: 'broken', reason: reasonOf(cause), cause, isSudden: !isLate && !isConnectFailure(cause) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function timedOut(timeoutMs: number): Error {
  return new Error(`no whole answer within ${timeoutMs / 1000} s`);
}

function isConnectFailure(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS.*|CERT_.*|DEPTH_ZERO.*|SELF_SIGNED.*|UNABLE_TO.*)$/.test(
    typeof code === 'string' ? code : '',
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host with several addresses fails with an AggregateError, which has no message.
  return error.message || (error as { code?: string }).code || error.name;
}
