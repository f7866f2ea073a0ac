import { renderReply } from './chat-template.js';
import type { ScriptedReply } from './model-server-options.js';
import { END_OF_MESSAGE, encode, isSpecial, tokenTexts } from './toy-tokenizer.js';

export interface Generation {
  readonly tokenIds: readonly number[];
  /** What each token adds to the text. */
  readonly texts: readonly string[];
  /** The same without what the client does not see. */
  readonly shown: readonly string[];
  readonly finish: 'stop' | 'length' | 'abort' | 'content_filter';
  /** The string at which it stopped; undefined where it was the end of the message or no stop at all. */
  readonly stopString: string | undefined;
}

export interface GenerationLimits {
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly keepsStop: boolean;
  readonly keepsSpecial: boolean;
}

/** Samples the reply: as far as the limits allow, with the end of the message as a token of its own. */
export function generate(reply: ScriptedReply, limits: GenerationLimits): Generation {
  const finish = reply.finish ?? 'stop';
  const wanted = encode(renderReply(reply));
  if (finish === 'stop') wanted.push(END_OF_MESSAGE);
  const tokenIds = wanted.slice(0, limits.maxTokens);
  const texts = tokenTexts(tokenIds);
  const shown = texts.map((text, index) => (isHidden(tokenIds, index, limits) ? '' : text));
  const stopped = cutAtStop(shown, limits);
  if (stopped !== undefined) {
    const length = stopped.shown.length;
    return { ...stopped, tokenIds: tokenIds.slice(0, length), texts: texts.slice(0, length), finish: 'stop' };
  }
  return { tokenIds, texts, shown, finish: tokenIds.length < wanted.length ? 'length' : finish, stopString: undefined };
}

function isHidden(ids: readonly number[], index: number, { keepsStop, keepsSpecial }: GenerationLimits): boolean {
  const isEnd = index === ids.length - 1 && ids[index] === END_OF_MESSAGE;
  return (isEnd && !keepsStop) || (isSpecial(ids[index]!) && !keepsSpecial);
}

/** The tokens up to the one that completes the first stop string; the text ends before the string. */
function cutAtStop(
  shown: readonly string[],
  { stop, keepsStop }: GenerationLimits,
): Pick<Generation, 'shown' | 'stopString'> | undefined {
  const text = shown.join('');
  const found = stop
    .map((string) => ({ string, start: string === '' ? -1 : text.indexOf(string) }))
    .filter(({ start }) => start !== -1)
    .sort((a, b) => a.start + a.string.length - (b.start + b.string.length))[0];
  if (found === undefined) return undefined;
  const end = found.start + found.string.length;
  let length = 0;
  const last = shown.findIndex((piece) => {
    length += piece.length;
    return length >= end;
  });
  let left = keepsStop ? end : found.start;
  const visible = shown.slice(0, last + 1).map((piece) => {
    const part = piece.slice(0, left);
    left -= part.length;
    return part;
  });
  return { shown: visible, stopString: found.string };
}
