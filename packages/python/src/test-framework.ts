import type { Snapshot } from '@swe-selfplay/artifact';

/** A way to run the tests of a repository and to read what they did. */
export interface TestFramework {
  readonly name: string;
  /** Looks at the files alone; undefined where nothing speaks for this framework. Whether it works, a run must show. */
  detect(snapshot: Snapshot): Promise<Detection | undefined>;
  /** Text of a `test_script.sh`. */
  testScript(detection: Detection, selection: TestSelection): string;
  /** Text of the `test_parser.py` that reads the output of such a script. */
  readonly parser: string;
  /** What the output of such a script says of each test that failed, in the order in which they ran. */
  findFailures(output: string): Failure[];
}

/** What speaks for a framework. All paths are relative to the root of the repository. */
export interface Detection {
  /** Files with tests that the framework can run, sorted. */
  readonly testFiles: readonly string[];
  /** Directories that modules are imported from, the most specific first; `.` is the root. */
  readonly sourceRoots: readonly string[];
  /** One sentence for a person: what was found. */
  readonly reason: string;
  /** How well the framework fits the test files, 0..1: the best candidate is tried first. */
  readonly fit: number;
}

/** Which tests run. */
export interface TestSelection {
  readonly testFiles: readonly string[];
  /** Ids of tests in these files that do not run. */
  readonly deselected: readonly string[];
  /** False: leave out command line options that the repository sets for itself. */
  readonly usesOwnOptions?: boolean;
}

/** One place of a call stack: a file of the repository, a 1-based line, the name of the function. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly functionName: string;
}

/** A test that failed, and where. */
export interface Failure {
  readonly id: string;
  /** The definition of the test function, where it is known. */
  readonly test: { readonly file: string; readonly line: number } | undefined;
  /** Type and message of the exception, cut. */
  readonly error: string;
  /** Frames in files of the repository, outermost first. */
  readonly frames: readonly Frame[];
}
