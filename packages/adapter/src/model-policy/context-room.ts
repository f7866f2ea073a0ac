import type { TokenUsage } from '@swe-selfplay/trajectory';

/** What is left of the context of each conversation, as far as the last answer tells. */
export interface ContextRoom {
  /** Tokens that a reply may have at most; what was said since the last answer is not counted. Undefined: not known. */
  leftFor(rolloutId: string, messageCount: number): number | undefined;
  /** `isForgotten`: of the answer not everything is said again, so that only its prompt surely takes room. */
  note(rolloutId: string, messageCount: number, usage: TokenUsage | null, isForgotten: boolean): void;
}

/** Conversations that have not spoken for longest are forgotten first; their servers refuse what is too long anyway. */
const REMEMBERED = 10_000;

export function createContextRoom(contextTokens: number | undefined): ContextRoom {
  const used = new Map<string, { readonly messageCount: number; readonly tokens: number }>();
  return {
    leftFor(rolloutId, messageCount) {
      if (contextTokens === undefined) return undefined;
      const last = used.get(rolloutId);
      // A shorter conversation under the same name is another one.
      const tokens = last !== undefined && last.messageCount < messageCount ? last.tokens : 0;
      return contextTokens - tokens;
    },
    note(rolloutId, messageCount, usage, isForgotten) {
      used.delete(rolloutId);
      if (usage === null) return;
      const answer = isForgotten ? 0 : usage.completion_tokens;
      used.set(rolloutId, { messageCount, tokens: usage.prompt_tokens + answer });
      if (used.size > REMEMBERED) used.delete(used.keys().next().value as string);
    },
  };
}
