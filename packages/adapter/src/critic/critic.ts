import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { ToolDescription } from '../conversation.js';

/** What a critic thinks of a conversation. */
export interface CriticScore {
  /** Of the whole; larger is better. Comparable among scores of one critic, and with nothing else. */
  readonly score: number;
  /** Of each assistant's turn, in order; absent where the critic judges only the whole. */
  readonly turnScores?: readonly number[];
  /** Whether it is taken for a success; absent where the scores have no threshold. */
  readonly isSuccess?: boolean;
  /** Of each label that the critic has a name for. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

export interface ScoreOptions {
  readonly signal: AbortSignal;
  /** Told to the critic where they are not in the messages already. */
  readonly tools?: readonly ToolDescription[] | undefined;
  /** Called when the critic's server has to be asked again. */
  readonly onRetry?: ((reason: string) => void) | undefined;
}

/** Judges a conversation without running anything. */
export interface Critic {
  readonly name: string;
  /**
   * The score of a conversation with at least one turn of an assistant. A score that cannot be had is never 0: throws
   * PolicyError after retries, `invalid-options` for a conversation without an assistant's turn, and the reason of the
   * signal when that is aborted.
   */
  score(messages: readonly ChatMessage[], options: ScoreOptions): Promise<CriticScore>;
}

/** A critic behind a server. */
export interface CriticClient extends Critic {
  /** Ends its connections; requests under way fail. */
  close(): Promise<void>;
}
