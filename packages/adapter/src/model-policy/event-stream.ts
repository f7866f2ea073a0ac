import { createParser } from 'eventsource-parser';
import type { ChatCompletion, ChoiceEnd, ChoiceTokens, CompletionRoot } from './chat-completion.js';
import { type ChunkChoice, type CompletionChunk, parseChunk, parseJson } from './parse-completion.js';

export type StreamEnd =
  | { readonly status: 'complete'; readonly completion: ChatCompletion }
  /** An error in the middle of the stream, in the form of the server's other errors. */
  | { readonly status: 'failed'; readonly text: string }
  | { readonly status: 'cut'; readonly reason: string };

export interface StreamReader {
  push(text: string): void;
  end(): StreamEnd;
}

/** Puts an answer together from the events of a stream: token data of all pieces in order, or no answer at all. */
export function createStreamReader(): StreamReader {
  const answer = createAnswer();
  let problem: Exclude<StreamEnd, { readonly status: 'complete' }> | undefined;
  const parser = createParser({
    onEvent({ data }) {
      if (problem !== undefined || data === '[DONE]') return;
      const json = parseJson(data);
      if (typeof json === 'object' && json !== null && 'error' in json) {
        problem = { status: 'failed', text: data };
        return;
      }
      const chunk = parseChunk(json);
      if (chunk !== undefined) answer.add(chunk);
      else problem = { status: 'cut', reason: 'the stream held an event that is no part of an answer' };
    },
  });
  return {
    push: (text) => parser.feed(text),
    end() {
      if (problem !== undefined) return problem;
      if (!answer.hasEnded()) return { status: 'cut', reason: 'the stream ended before the answer did' };
      return { status: 'complete', completion: answer.toCompletion() };
    },
  };
}

function createAnswer() {
  let root: CompletionRoot = {};
  const message = new Map<string, string>();
  const calls = new Map<number, { id: string | null; name: string; arguments: string }>();
  let end: ChoiceEnd = {};
  let tokenIds: unknown[] | undefined;
  let logprobs: unknown[] | undefined;
  let choicePromptIds: unknown;
  let metaInfo: ChoiceTokens['meta_info'];

  function addChoice(choice: ChunkChoice): void {
    const { role, content, reasoning, reasoning_content, tool_calls } = choice.delta ?? {};
    for (const [field, text] of Object.entries({ content, reasoning, reasoning_content }))
      if (typeof text === 'string') message.set(field, (message.get(field) ?? '') + text);
    if (role) message.set('role', role);
    for (const [place, piece] of (tool_calls ?? []).entries()) {
      const index = piece.index ?? place;
      const call = calls.get(index) ?? { id: null, name: '', arguments: '' };
      calls.set(index, call);
      call.id ??= piece.id ?? null;
      call.name += piece.function?.name ?? '';
      call.arguments += piece.function?.arguments ?? '';
    }
    if (Array.isArray(choice.token_ids)) tokenIds = appended(tokenIds, choice.token_ids);
    if (choice.logprobs?.content) logprobs = appended(logprobs, choice.logprobs.content);
    choicePromptIds ??= choice.prompt_token_ids;
    metaInfo = choice.meta_info ?? metaInfo;
    if (choice.finish_reason) end = choice;
  }

  return {
    add(chunk: CompletionChunk): void {
      root = {
        id: root.id ?? chunk.id,
        prompt_token_ids: root.prompt_token_ids ?? chunk.prompt_token_ids,
        usage: chunk.usage ?? root.usage,
        metadata: chunk.metadata ?? root.metadata,
      };
      for (const choice of chunk.choices ?? []) if ((choice.index ?? 0) === 0) addChoice(choice);
    },
    hasEnded: () => Boolean(end.finish_reason),
    toCompletion(): ChatCompletion {
      const toolCalls = [...calls.entries()]
        .sort(([left], [right]) => left - right)
        .map(([, { id, name, arguments: text }]) => ({ id, function: { name, arguments: text } }));
      return {
        ...root,
        choices: [
          {
            message: {
              content: null,
              ...Object.fromEntries(message),
              ...(toolCalls.length && { tool_calls: toolCalls }),
            },
            finish_reason: end.finish_reason,
            stop_reason: end.stop_reason,
            matched_stop: end.matched_stop,
            token_ids: tokenIds,
            prompt_token_ids: choicePromptIds,
            logprobs: logprobs && { content: logprobs },
            meta_info: metaInfo,
          },
        ],
      };
    },
  };
}

function appended(list: unknown[] | undefined, items: readonly unknown[]): unknown[] {
  const all = list ?? [];
  for (const item of items) all.push(item);
  return all;
}
