/** The stages of an episode: prepare its workspace (disk), run its conversation (waits for the model), judge it (CPU). */
export type Stage = 'prepare' | 'run' | 'judge';

/** The place of one episode in a pipeline with a bound on each stage. It is in at most one stage at a time. */
export interface StagePass {
  /**
   * Waits for room in the stage and gives up the place in the one before only then, so that what cannot go on holds up
   * what comes after it. Rejects with the reason of the pipeline's signal when that is aborted.
   */
  enter(stage: Stage): Promise<void>;
}
