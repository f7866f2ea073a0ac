/** What a run may do otherwise than usual, without another outcome being right. Part of the run's key. */
export interface RunVariation {
  /**
   * Order of the tests, through the second witness: it needs pytest or unittest, else nothing changes. Tests of one
   * class and module stay together, so that their fixtures are set up as often as before. `shuffled` differs by repeat.
   */
  readonly order?: 'reversed' | 'shuffled';
  /** Name of a time zone, such as `Asia/Kathmandu`; default UTC. */
  readonly timeZone?: string;
}

/** Surroundings in which a parser may be run, none of which may change what it reads. */
export interface ParseVariation {
  /** Absolute path of the working directory inside the sandbox, such as `/tmp`; default: its empty workspace. */
  readonly directory?: string;
  readonly timeZone?: string;
  /** PYTHONHASHSEED; default 0. */
  readonly hashSeed?: number;
  /** Adds unrelated environment variables and puts all in another order, by this seed. */
  readonly environmentSeed?: number;
}
