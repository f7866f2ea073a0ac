import { readFileSync } from 'node:fs';
import type { ChatMessage } from '@swe-selfplay/trajectory';
import { expect } from 'vitest';
import type { ModelServer } from './model-server-options.js';

export const HELLO: readonly ChatMessage[] = [{ role: 'user', content: 'Say hello.' }];

// biome-ignore lint/suspicious/noExplicitAny: bodies of servers are read as they come
export type Body = any;

/** One request for an answer; `body` goes over a small one for the model `tiny`. */
export async function ask(
  server: ModelServer,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly text: string; readonly body: Body }> {
  const response = await fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'tiny', messages: HELLO, ...body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, text, body: (isJson && text !== '' ? JSON.parse(text) : undefined) as Body };
}

/** Some other path of the server: what it says, or the status code where that is nothing. */
export async function page(server: ModelServer, path: string, body?: object): Promise<Body> {
  const init = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(new URL(path, server.url), init);
  const text = await response.text();
  return text === '' ? response.status : JSON.parse(text);
}

/** The events of a stream that is whole. */
export function eventsOf(text: string): Body[] {
  const lines = text.split('\n\n').filter((line) => line !== '');
  expect(lines.pop()).toBe('data: [DONE]');
  return lines.map((line) => JSON.parse(line.slice('data: '.length)));
}

/** Field names and types, without what the fields hold. Lists are as their first element. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object') return typeof value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, field]) => [key, shapeOf(field)]));
}

const RECORDED = new URL('../recorded/', import.meta.url);
/** A recorded request and its answer. */
export function recorded(name: string, engine: 'vllm' | 'sglang' = 'vllm'): Body {
  return JSON.parse(readFileSync(new URL(`${engine}/${name}.json`, RECORDED), 'utf8'));
}
