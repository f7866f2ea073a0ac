import type { TokenUsage } from '@swe-selfplay/trajectory';
import type { Message } from '../conversation.js';

/** What is left of the context of each conversation, as far as the last answer tells. */
export interface ContextRoom {
  /** Tokens that a reply may have at most; what was said since the last answer is not counted. Undefined: not known. */
  leftFor(rolloutId: string, messages: readonly Message[]): number | undefined;
  /** `isForgotten`: of the answer not everything is said again, so that only its prompt surely takes room. */
  note(rolloutId: string, messages: readonly Message[], usage: TokenUsage | null, isForgotten: boolean): void;
}

/** Conversations that have not spoken for longest are forgotten first; their servers refuse what is too long anyway. */
const REMEMBERED = 10_000;

export function createContextRoom(contextTokens: number | undefined): ContextRoom {
  const used = new Map<string, { readonly messages: number; readonly characters: number; readonly tokens: number }>();
  return {
    leftFor(rolloutId, messages) {
      if (contextTokens === undefined) return undefined;
      const last = used.get(rolloutId);
      // A shorter conversation under the same name is another one, and one of which a part is no longer said takes less
      // room; how much less only its server can tell.
      const goesOn =
        last !== undefined &&
        last.messages < messages.length &&
        charactersOf(messages.slice(0, last.messages)) >= last.characters;
      return goesOn ? contextTokens - last.tokens : contextTokens;
    },
    note(rolloutId, messages, usage, isForgotten) {
      used.delete(rolloutId);
      if (usage === null) return;
      const answer = isForgotten ? 0 : usage.completion_tokens;
      const tokens = usage.prompt_tokens + answer;
      used.set(rolloutId, { messages: messages.length, characters: charactersOf(messages), tokens });
      if (used.size > REMEMBERED) used.delete(used.keys().next().value as string);
    },
  };
}

function charactersOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { text }) => sum + text.length, 0);
}
