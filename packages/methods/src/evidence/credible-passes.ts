import { passingTests, type TestReport } from '@swe-selfplay/artifact';
import { changedCode, reportOf, type TestRun, type Witness } from '@swe-selfplay/evaluation';
import { createWitnessIndex, type WitnessIndex } from './witness-index.js';

export interface Credibility {
  /** The same tests on the task without a patch. */
  readonly baseline: TestRun;
  /** That run again, with another hash seed; asked for only where a difference is to be judged. Null: it failed. */
  readonly repeatBaseline: () => Promise<TestRun | null>;
  /** Files that hold the tests, equal in both runs. */
  readonly testFiles: readonly string[];
}

/** How the witness names a test whose function is of another file than the test. */
const PLACED = / of .*\//s;

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The ids that pass in a run and of which the second witness says nothing else. The parser reads what a script prints,
 * and the code under test can print as well; so an id of the report does not count where
 * - the witness of the baseline saw tests and that of this run did not see them end in order,
 * - what decides outcomes was changed while the tests ran, and is not in the baseline,
 * - a test of that id, by its exact spelling or by the words in it, failed by the witness, or was seen in the baseline
 *   only, or was skipped here and not there,
 * - the code that it ran is not that of the baseline.
 * Ids that no witness spells alike count unless the witness saw a failure that the parser does not report. A run without
 * a witness, or one of a runner that the witness does not know, is believed: there is nothing to compare with.
 */
export async function crediblePasses(run: TestRun, credibility: Credibility): Promise<ReadonlySet<string>> {
  const report = reportOf(run);
  const passed = passingTests(report);
  const { witness } = run;
  const { baseline } = credibility;
  if (witness === undefined || passed.length === 0) return new Set(passed);
  if (witness.status === 'absent' && (baseline.witness ?? witness).status === 'absent') return new Set(passed);
  if (witness.status !== 'complete' || (await isTampered(witness, credibility))) return NOTHING;

  const index = createWitnessIndex(witness);
  const before = createWitnessIndex(baseline.witness ?? witness);
  const changed = await changedTests(witness, credibility);
  const isHidden = hidesFailure(report, index);
  const isCredible = (name: string) => {
    const outcome = index.outcome(name);
    const isAlien = PLACED.test(name) && before.outcome(name) === undefined;
    const isKnownSkip = outcome === 'skipped' && before.outcome(name) === 'skipped';
    return (outcome === 'passed' || isKnownSkip) && !isAlien && !changed.has(name);
  };
  return new Set(
    passed.filter((id) => {
      const seen = index.matching(id);
      if (seen.length === 0) return before.matching(id).length === 0 && !isHidden;
      const hasVanished = before.exactly(id) !== undefined && index.exactly(id) === undefined;
      return !hasVanished && seen.every(isCredible);
    }),
  );
}

async function isTampered({ tampered }: Witness, { baseline, repeatBaseline }: Credibility): Promise<boolean> {
  const isNewTo = (run: TestRun | null) => tampered.filter((name) => !(run?.witness?.tampered ?? []).includes(name));
  const fresh = isNewTo(baseline);
  if (fresh.length === 0) return false;
  const second = isNewTo(await repeatBaseline());
  return fresh.some((name) => second.includes(name));
}

/** Ids of the witness that passed although they ran other code than in the baseline. */
async function changedTests(witness: Witness, { baseline, repeatBaseline, testFiles }: Credibility) {
  const passed = [...witness.results].filter(([, outcome]) => outcome === 'passed').map(([id]) => id);
  const runBaseline = async (repeat: number) => (repeat === 0 ? baseline : ((await repeatBaseline()) ?? baseline));
  return new Set(await changedCode(testFiles, passed, witness, runBaseline));
}

/** True where the witness saw a test fail that no id of the report stands for, and no failed id is left to stand for it. */
function hidesFailure(report: TestReport, index: WitnessIndex): boolean {
  const told = new Set([...report.keys()].flatMap((id) => index.matching(id)));
  const foreignFailure = [...report].some(([id, status]) => status === 'failed' && index.matching(id).length === 0);
  return !foreignFailure && index.names.some((name) => index.outcome(name) === 'failed' && !told.has(name));
}
