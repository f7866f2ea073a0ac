import { createHttpClient, type HttpReply, type HttpRequest } from './http-client.js';
import { parseJson } from './parse-completion.js';
import type { Settings } from './settings.js';

/** An OpenAI-compatible server at one address. */
export interface ModelServer {
  /** The only part of the address that is ever shown. */
  readonly host: string;
  /** `api`: below the base address, such as `models`. `root`: beside its `/v1`, where engines have paths of their own. */
  get(below: 'api' | 'root', path: string, request: { signal: AbortSignal; timeoutMs: number }): Promise<JsonReply>;
  postChat(body: string, request: ChatTransfer): Promise<HttpReply>;
  /** To a path below the base address. */
  post(path: string, body: string, request: ChatTransfer): Promise<HttpReply>;
  close(): Promise<void>;
}

export type ChatTransfer = Pick<HttpRequest, 'headers' | 'signal' | 'timeoutMs' | 'onEventText'>;

/** `json` is undefined where the body is none. */
export type JsonReply =
  | (Extract<HttpReply, { readonly status: 'replied' }> & { readonly json: unknown })
  | Exclude<HttpReply, { readonly status: 'replied' }>;

export function createModelServer({ baseUrl, headers, maxAnswerBytes: maxBytes }: Settings): ModelServer {
  const client = createHttpClient();
  const root = new URL(baseUrl);
  root.pathname = root.pathname.replace(/\/v1\/*$/, '/');
  const post = (path: string, body: string, transfer: ChatTransfer) => {
    const all = { 'content-type': 'application/json', ...headers, ...transfer.headers };
    return client.send({ method: 'POST', url: below(baseUrl, path), body, maxBytes, ...transfer, headers: all });
  };
  return {
    host: baseUrl.host,
    async get(place, path, { signal, timeoutMs }) {
      const url = below(place === 'api' ? baseUrl : root, path);
      const reply = await client.send({ method: 'GET', url, headers, signal, timeoutMs, maxBytes });
      return reply.status === 'replied' ? { ...reply, json: parseJson(reply.text) } : reply;
    },
    post,
    postChat: (body, transfer) => post('chat/completions', body, transfer),
    close: () => client.close(),
  };
}

/** Keeps the query of the address, which some gateways need. */
function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
