import type { Message } from '../conversation.js';
import { PolicyError } from '../policy-error.js';
import { countLines } from './count-lines.js';
import type { HistoryProcessor } from './with-history.js';

export interface LastObservationsOptions {
  /** Observations that stay as they are, the latest ones, at least 1. Default 5. */
  readonly keep?: number;
  /**
   * The observations that are left out grow only with each so many new ones, so that a server's prefix cache holds in
   * between: `keep` to `keep + polling - 1` observations stay. Default 1: with each.
   */
  readonly polling?: number;
  /** The words that stand for an old observation: those of SWE-agent v0.4 or v1.x. Default `v1`. */
  readonly style?: 'v0' | 'v1';
}

const WORDS = {
  v0: (lines: number) => `Old output omitted (${lines} lines)`,
  v1: (lines: number) => `Old environment output: (${lines} lines omitted)`,
} as const;

/**
 * Leaves out all observations but the last ones and the first, as SWE-agent does (arXiv 2405.15793; v0.4.0 and v1.x
 * sweagent/agent/history_processors.py, Last5Observations and LastNObservations). The first of K observations is what the
 * conversation was opened with, the issue; the others are what came back to the policy: replies of tools, and what a user
 * said after the first turn. With last = max(0, floor(K / polling) * polling - keep), those of index 1 to last - 1 are left
 * out: of each stays the number of its lines, as Python counts them. Throws PolicyError `invalid-options`.
 */
export function lastObservations(options: LastObservationsOptions = {}): HistoryProcessor {
  const { keep = 5, polling = 1, style = 'v1' } = options;
  for (const [name, value] of Object.entries({ keep, polling }))
    if (!Number.isInteger(value) || value < 1)
      throw new PolicyError(
        'invalid-options',
        `Expected ${name} to be a whole number of at least 1, and it is ${value}.`,
      );
  return (messages) => {
    const replies = repliesIn(messages);
    const total = replies.length + 1;
    const last = Math.max(0, Math.floor(total / polling) * polling - keep);
    // Index 0 of the source is the issue, so that its index 1 is the first reply.
    const old = new Set(replies.slice(0, Math.max(0, last - 1)));
    return messages.map((message, index) =>
      old.has(index) && message.role !== 'assistant'
        ? { ...message, text: WORDS[style](countLines(message.text)) }
        : message,
    );
  };
}

/** Where messages stand that answer the policy. */
function repliesIn(messages: readonly Message[]): number[] {
  const opening = messages.findIndex(({ role }) => role === 'assistant');
  if (opening === -1) return [];
  return messages.flatMap(({ role }, index) => (index > opening && (role === 'tool' || role === 'user') ? index : []));
}
