/** Why a session ended: its time or output was used up, the shell ended, or the caller gave up. */
export type BashDeath = 'timeout' | 'unexpected' | 'too-much-output' | 'cancelled';

export type BashReply =
  /** stdout and stderr in their order, as UTF-8, without one trailing newline. */
  | { readonly status: 'done'; readonly exitCode: number; readonly output: string }
  /** Everything of the session is dead. `output` is what came before. */
  | { readonly status: 'died'; readonly cause: BashDeath; readonly output: string };
