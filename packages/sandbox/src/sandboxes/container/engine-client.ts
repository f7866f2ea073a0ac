import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SandboxError } from '../../sandbox-error.js';
import type { EngineAddress } from './engine-address.js';

/** The engine answered, and refused. */
export class EngineRefusal extends SandboxError {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super('sandbox-failed', message);
    this.statusCode = statusCode;
  }
}

type Query = Readonly<Record<string, string | number | boolean>>;

export interface EngineRequest {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, a tar archive. */
  readonly archive?: Readable | Uint8Array;
  readonly timeoutMs?: number;
}

/** The Docker Engine API (Docker, and Podman's service), no more than its HTTP: see the decision on containers. */
export interface EngineClient {
  readonly address: EngineAddress;
  /** The answer as JSON, undefined where it has none. Throws EngineRefusal, or SandboxError `sandbox-failed` without an answer. */
  request<Answer = undefined>(method: string, path: string, request?: EngineRequest): Promise<Answer>;
  /** The body of the answer as it comes. Throws as `request` does. */
  download(path: string, request?: EngineRequest): Promise<Readable>;
  /** Sends a request whose connection becomes a two-way stream. Throws as `request` does. */
  hijack(path: string, request?: EngineRequest): Promise<Duplex>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 120_000;
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

export function createEngineClient(address: EngineAddress): EngineClient {
  const agent = new Agent({ keepAlive: true });

  function send(method: string, path: string, request: EngineRequest, headers: Record<string, string> = {}) {
    const query = new URLSearchParams(request.query as Record<string, string> | undefined);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const type = request.archive === undefined ? 'application/json' : 'application/x-tar';
    const isHijack = headers.Upgrade !== undefined;
    const outgoing = httpRequest({
      ...address.target,
      ...(isHijack ? { agent: false } : { agent }),
      method,
      path: `${path}${query.size === 0 ? '' : `?${query}`}`,
      headers: {
        Host: 'engine',
        ...(body === undefined && request.archive === undefined ? {} : { 'Content-Type': type }),
        ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    });
    const timeoutMs = request.timeoutMs ?? REQUEST_TIMEOUT_MS;
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    outgoing.once('close', () => clearTimeout(timer));
    outgoing.once('upgrade', () => clearTimeout(timer));
    const { archive } = request;
    if (archive === undefined || archive instanceof Uint8Array) outgoing.end(archive ?? body);
    else archive.once('error', (error) => outgoing.destroy(error)).pipe(outgoing);
    return outgoing;
  }

  async function answerOf(outgoing: ClientRequest, what: string): Promise<IncomingMessage> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.on('error', (error) => reject(unanswered(address, what, error)));
    });
    const { statusCode = 0 } = answer;
    if (statusCode < 400) return answer;
    throw new EngineRefusal(statusCode, `${what}: ${await reasonOf(answer)}`);
  }

  return {
    address,
    async request<Answer>(method: string, path: string, request: EngineRequest = {}): Promise<Answer> {
      const what = `${method} ${path}`;
      const answer = await answerOf(send(method, path, request), what);
      try {
        const content = await buffer(boundedBody(answer));
        const isJson = (answer.headers['content-type'] ?? '').includes('json');
        return (isJson && content.length > 0 ? JSON.parse(content.toString()) : undefined) as Answer;
      } catch (error) {
        throw unanswered(address, what, error as Error);
      }
    },
    download: (path, request = {}) => answerOf(send('GET', path, request), `GET ${path}`),
    async hijack(path, request = {}) {
      const what = `POST ${path}`;
      const outgoing = send('POST', path, request, { Connection: 'Upgrade', Upgrade: 'tcp' });
      return new Promise<Duplex>((resolve, reject) => {
        outgoing.once('upgrade', (_answer, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
        answerOf(outgoing, what).then(
          () => reject(new SandboxError('sandbox-failed', `${what}: expected the engine to give its connection away.`)),
          reject,
        );
      });
    },
    close: () => agent.destroy(),
  };
}

async function* boundedBody(answer: IncomingMessage): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    yield chunk;
  }
}

async function reasonOf(answer: IncomingMessage): Promise<string> {
  const text = await buffer(boundedBody(answer)).then(String, () => '');
  try {
    const { message, cause } = JSON.parse(text) as { message?: string; cause?: string };
    return message ?? cause ?? text;
  } catch {
    return text.trim() || `status ${answer.statusCode}`;
  }
}

function unanswered(address: EngineAddress, what: string, error: Error): SandboxError {
  return new SandboxError(
    'sandbox-failed',
    `The container engine at ${address.name} did not answer (${what}): ${error.message}`,
    {
      cause: error,
    },
  );
}
