import { changedCode } from './compare-code.js';
import type { EvaluationFlag, GradingTask } from './evaluate-patch.js';
import type { TestRun } from './test-run.js';
import { type Witness, witnessedPasses } from './witness.js';

/** What the second witness has to say on a run that the parser has judged. */
export interface Testimony {
  readonly flags: readonly EvaluationFlag[];
  /** A sentence for each flag. */
  readonly reasons: readonly string[];
}

const NAMED = 3;
const AGREES: Testimony = { flags: [], reasons: [] };

/**
 * Compares what the parser read in a run with what the second witness saw in it. What the original does by itself is no
 * fault of a patch: ids are those that pass there, names of what was tampered with count where they are new, and tests
 * of the oracle files must run the code that they run there.
 * `runOriginal` is asked where it is needed. What only one of two runs of the original has, such as an id with an address
 * in it, is not expected.
 */
export async function compareWitness(
  task: GradingTask,
  { witness }: TestRun,
  hasSolved: boolean,
  runOriginal: (repeat: number) => Promise<TestRun>,
): Promise<Testimony> {
  if (witness === undefined) return AGREES;
  const originals = async () => [(await runOriginal(0)).witness, (await runOriginal(1)).witness] as const;
  const expected = task.witnessed ?? commonPasses(...(await originals()));
  const disagreement = describeDisagreement(expected, witness, hasSolved);
  const isNew = witness.tampered.length === 0 ? [] : newNames(witness, await originals());
  // Where the parser reads no success there is nothing to take back, and no reason to run the original for it.
  const changed =
    hasSolved && expected.length > 0 ? await changedCode(task.testFiles, expected, witness, runOriginal) : [];
  const tampering = [
    ...(isNew.length === 0 ? [] : [`What decides about the tests was changed while they ran: ${shown(isNew)}.`]),
    ...(changed.length === 0
      ? []
      : [
          `The code of ${changed.length === 1 ? '1 test' : `${changed.length} tests`} is not that of the original: ${shown(changed)}.`,
        ]),
  ];
  return {
    flags: [
      ...(disagreement === undefined ? [] : (['witness-disagrees'] as const)),
      ...(tampering.length === 0 ? [] : (['runner-tampered'] as const)),
    ],
    reasons: [...(disagreement === undefined ? [] : [disagreement]), ...tampering],
  };
}

function describeDisagreement(expected: readonly string[], witness: Witness, hasSolved: boolean): string | undefined {
  // The original has no witness, or none of its tests passes by it: there is nothing to compare with.
  if (expected.length === 0) return undefined;
  const lacking = expected.filter((id) => witness.results.get(id) !== 'passed');
  const isWhole = witness.status === 'complete';
  if (hasSolved && !isWhole) {
    const what = witness.status === 'absent' ? 'saw no tests run' : 'saw a test session that did not end in order';
    return `The parser reads a full success, but the second witness ${what}.`;
  }
  if (hasSolved && lacking.length > 0) {
    return `The parser reads a full success, but by the second witness ${lacking.length} of ${expected.length} tests did not pass: ${shown(lacking)}.`;
  }
  if (!hasSolved && isWhole && lacking.length === 0) {
    return `The parser reads no full success, but by the second witness all ${expected.length} tests passed.`;
  }
  return undefined;
}

function commonPasses(first: Witness | undefined, second: Witness | undefined): string[] {
  const again = new Set(witnessedPasses(second));
  return witnessedPasses(first).filter((id) => again.has(id));
}

function newNames({ tampered }: Witness, originals: readonly (Witness | undefined)[]): string[] {
  const known = new Set(originals.flatMap((original) => original?.tampered ?? []));
  return tampered.filter((name) => !known.has(name));
}

function shown(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
