import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { readChatRequest } from './chat-request.js';
import type { Engine, Refusal, ServerSettings } from './engine.js';
import { makeAnswer } from './make-answer.js';
import type { Fault, ModelServer, ModelServerOptions, RecordedRequest } from './model-server-options.js';
import { createPlainEngine } from './plain-engine.js';
import { createPrefixCache } from './prefix-cache.js';
import { replacesAnswer, sendBody, sendFault, sendStream } from './send-answer.js';
import { createSglangEngine } from './sglang-engine.js';
import { createVllmEngine } from './vllm-engine.js';

const ENGINES = { vllm: createVllmEngine, sglang: createSglangEngine, plain: createPlainEngine };
const CHAT = 'POST /v1/chat/completions';

/**
 * An HTTP server on this machine that behaves as vLLM, SGLang or any OpenAI-compatible server does, and answers with a
 * scripted model. A waiting request costs its connection and a timer.
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const settings = settle(options);
  const engine = ENGINES[options.engine](settings);
  const cache = createPrefixCache();
  const requests: (RecordedRequest & { isAbandoned: boolean })[] = [];
  const failures: unknown[] = [];
  const concurrency = { now: 0, peak: 0 };
  const closing = new AbortController();
  let chats = 0;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '/').replace(/\?.*/s, '');
    const key = `${message.method} ${path}`;
    const text = await readText(message);
    const body = parse(text);
    const { method = 'GET', headers } = message;
    const kept = options.keepsBodies === false ? undefined : body;
    const record = { method, path, headers, body: kept, receivedAt: new Date(), isAbandoned: false };
    requests.push(record);
    const fault = key === CHAT ? options.fault?.(chats++, body) : undefined;
    const gone = new AbortController();
    response.on('close', () => {
      const isEndedHere = response.writableFinished || fault === 'cut' || fault === 'reset' || closing.signal.aborted;
      record.isAbandoned = !isEndedHere;
      gone.abort();
    });
    const refused =
      (options.apiKey !== undefined && headers.authorization !== `Bearer ${options.apiKey}`
        ? engine.unauthorized(path)
        : undefined) ?? (key === CHAT ? undefined : pageOf(engine, path, key, body));
    if (refused !== undefined) return sendRefusal(response, refused);
    concurrency.now += 1;
    concurrency.peak = Math.max(concurrency.peak, concurrency.now);
    try {
      await chat(body, fault, response, AbortSignal.any([gone.signal, closing.signal]));
    } finally {
      concurrency.now -= 1;
    }
  }

  async function chat(
    body: unknown,
    fault: Fault | undefined,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const isMessages =
      typeof body === 'object' && body !== null && Array.isArray((body as { messages?: unknown }).messages);
    const request = isMessages ? readChatRequest(body as Record<string, unknown>) : undefined;
    const refused = replacesAnswer(fault)
      ? undefined
      : request === undefined
        ? engine.badBody(body)
        : engine.refuse(request);
    if (refused !== undefined) return sendRefusal(response, refused);
    const firstWeights = options.weightVersion?.() ?? 'default';
    await waitUnlessGone(options.thinkMs ?? 0, signal);
    if (signal.aborted) return;
    if (replacesAnswer(fault)) {
      sendFault(response, fault);
      // A hanging request stays under way.
      if (fault === 'hang')
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return;
    }
    if (request === undefined) return;
    const { messages, tools } = request;
    const turn = messages.filter(({ role }) => role === 'assistant').length;
    const reply = await options.model({ messages, tools, turn, body: request.body });
    if (signal.aborted) return;
    const answer = makeAnswer(reply, request, { id: engine.newId(), settings, cache, fault, firstWeights });
    const sending = fault === 'cut' || fault === 'slow' || fault === 'stream-error' ? fault : undefined;
    if (request.isStream)
      return sendStream(response, engine, answer, { streamTokens: settings.streamTokens, fault: sending });
    if (sending === 'stream-error') return sendRefusal(response, engine.error(500, 'Internal server error'));
    await sendBody(response, engine.chatBody(answer), sending);
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      failures.push(error);
      if (response.headersSent || response.destroyed) response.destroy();
      else sendRefusal(response, engine.error(500, String(error)));
    });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    concurrency,
    failures,
    async close() {
      closing.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function settle(options: ModelServerOptions): ServerSettings {
  return {
    engine: options.engine,
    modelName: options.modelName ?? 'toy',
    contextTokens: options.contextTokens ?? 1_000_000,
    logprobsMode: options.logprobsMode ?? 'processed',
    hasToolParser: options.hasToolParser ?? true,
    reasoningParser: options.reasoningParser ?? false,
    reportsCachedTokens: options.reportsCachedTokens ?? true,
    overflowText: options.overflowText ?? 'new',
    streamTokens: options.streamTokens ?? 8,
    sglangIdsField: options.sglangIdsField ?? 'response_token_ids',
    ...(options.weightVersion && { weightVersion: options.weightVersion }),
  };
}

function pageOf(engine: Engine, path: string, key: string, body: unknown): Refusal {
  const page = engine.page(key, (typeof body === 'object' && body) as Record<string, unknown>);
  if (page !== undefined) return { statusCode: 200, body: page };
  return `POST ${path}` === CHAT
    ? { statusCode: 405, body: { detail: 'Method Not Allowed' } }
    : { statusCode: 404, body: { detail: 'Not Found' } };
}

function sendRefusal(response: ServerResponse, { statusCode, body }: Refusal): void {
  if (body === '') response.writeHead(statusCode).end();
  else response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

async function waitUnlessGone(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs > 0) await wait(delayMs, undefined, { signal }).catch(() => undefined);
}
