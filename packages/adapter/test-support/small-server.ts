import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SmallRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of JSON; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of all forms.
  readonly body: any;
}

/** A whole answer, or a hand on the connection for those that are not whole. */
export type SmallAnswer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | ((response: ServerResponse) => void);

export interface SmallServer {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly host: string;
  readonly requests: readonly SmallRequest[];
  /** The chat requests that are no probes. */
  turns(): SmallRequest[];
  close(): Promise<void>;
}

/** A real HTTP server whose every answer a test decides. */
export async function startSmallServer(answer: (request: SmallRequest) => SmallAnswer): Promise<SmallServer> {
  const requests: SmallRequest[] = [];
  const server = createServer((incoming, response) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (piece: string) => {
      text += piece;
    });
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) };
      requests.push(request);
      send(response, answer(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl: `http://${host}/v1`,
    host,
    requests,
    turns: () => requests.filter((request) => request.method === 'POST' && !isProbe(request)),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function send(response: ServerResponse, answer: SmallAnswer): void {
  if (typeof answer === 'function') {
    answer(response);
    return;
  }
  const { status = 200, headers = {}, body = '' } = answer;
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

/** What the policy asks while it is opened. */
export function isProbe({ body }: SmallRequest): boolean {
  return body?.messages?.[0]?.content === 'Say hello.' && body?.max_tokens === 8;
}

/** An answer that a real server gave. */
export function recorded(name: string): { status: number; body: unknown; headers: Record<string, string> } {
  const file = new URL(`./recorded/${name}.json`, import.meta.url);
  const { response } = JSON.parse(readFileSync(file, 'utf8'));
  const { status, headers, body, sse } = response;
  return { status, headers, body: sse === undefined ? body : `${(sse as string[]).join('\n\n')}\n\n` };
}

export interface SmallModel {
  readonly engine?: 'vllm' | 'sglang' | undefined;
  readonly logprobs?: 'processed' | 'raw' | undefined;
  /** Answers all chat requests but the probes. */
  chat?(request: SmallRequest): SmallAnswer;
  /** Answers first, and all requests; undefined: as the others. */
  first?(request: SmallRequest): SmallAnswer | undefined;
}

/** A server that introduces itself as a real one did and leaves the conversation to the test. */
export function startSmallModel({ engine = 'vllm', logprobs = 'processed', chat, first }: SmallModel = {}) {
  const pages: Record<string, string> =
    engine === 'vllm'
      ? { '/v1/models': 'models', '/version': 'version', '/weight_info': 'weight-info-set' }
      : {
          '/v1/models': 'models',
          '/get_model_info': 'get-model-info',
          '/model_info': 'get-model-info',
          '/get_server_info': 'get-server-info',
        };
  return startSmallServer((request) => {
    const early = first?.(request);
    if (early !== undefined) return early;
    if (request.method === 'GET') {
      const page = pages[request.path];
      return page === undefined ? { status: 404, body: { detail: 'Not Found' } } : recorded(`${engine}/${page}`);
    }
    if (isProbe(request)) {
      const mode = engine === 'vllm' ? `probe-${logprobs}` : 'probe';
      return recorded(`${engine}/${mode}-t${request.body.temperature}`);
    }
    return chat?.(request) ?? recorded(`${engine}/chat-stop`);
  });
}
