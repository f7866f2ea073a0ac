/** What a test did by the second witness; an expected failure and an unexpected success count as `skipped`. */
export type WitnessedOutcome = 'passed' | 'failed' | 'skipped';

/**
 * What our own reporter, loaded from outside the repository, saw of one run. It knows pytest and unittest, and writes on
 * a channel that the code under test is not given.
 */
export interface Witness {
  /**
   * `complete`: every test session that began came to its end in order. `incomplete`: one did not, or more was told than
   * is kept. `absent`: no pytest and no unittest ran, or the sandbox let no witness in.
   */
  readonly status: 'complete' | 'incomplete' | 'absent';
  /** By id in the witness's own spelling, such as `pytest tests/test_io.py::test_read`; the worst outcome of an id counts. */
  readonly results: ReadonlyMap<string, WitnessedOutcome>;
  /** Names of what decides outcomes and was found changed, sorted. A repository may have habits of its own. */
  readonly tampered: readonly string[];
  /**
   * By id what code a test ran, where that is known: parts that are apart by tabs, each a `w` (what was called, then what
   * it wraps) or a `c` (a function in a closure of these), 16 hex digits, and the file of the code, which is relative to
   * the repository where it lies in it. `several`: not always the same.
   */
  readonly code?: ReadonlyMap<string, string>;
}

/** The ids that passed by a witness; none where it is not complete. */
export function witnessedPasses(witness: Witness | undefined): string[] {
  if (witness?.status !== 'complete') return [];
  return [...witness.results].filter(([, outcome]) => outcome === 'passed').map(([id]) => id);
}
