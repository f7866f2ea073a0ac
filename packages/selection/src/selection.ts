/** What came of a choice among attempts; all lists keep the order of the candidates. */
export interface Selection {
  /** The chosen candidate, 0-based; undefined: there was nothing to choose from. */
  readonly index: number | undefined;
  /**
   * One number per candidate, larger is better; its range is the method's. Null: the candidate has none, because
   * infrastructure failed or because it left the choice before it was scored.
   */
  readonly scores: readonly (number | null)[];
  /** Candidates among which the last comparison was made, ascending. The chosen one is among them. */
  readonly survivors: readonly number[];
  /** For a log: which rule decided. */
  readonly reason: string;
}
