import { join } from 'node:path';
import {
  applyPatch,
  createArtifact,
  createSnapshot,
  diffSnapshots,
  directoryBase,
  printPatch,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { removeFunctions, unittest } from '@swe-selfplay/python';
import { createTask, type SolverTask } from '@swe-selfplay/solver';
import type { SelectionTask } from '../src/evidence/evidence.js';

const REPOSITORY = join(import.meta.dirname, '../../../examples/tallybook/repository');

export const RIGHT = '    return date(year, month, min(day.day, days_in_month(year, month)))';
export const WRONG = '    return date(year, month, min(day.day, days_in_month(day.year, day.month)))';
/** Right but for the end of February in leap years. */
export const HALF_RIGHT = '    return date(year, month, min(day.day, days_in_month(2023, month)))';
const MODULE = 'tallybook/dates.py';
const TESTS = 'tests/test_dates.py';
const WEAKENED = [
  '        self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))\n',
  '        self.assertEqual(add_months(date(2024, 8, 31), 1), date(2024, 9, 30))\n',
];
export const FAIL_TO_PASS: readonly string[] = [
  'tests.test_dates.MonthTest.test_adds_months_to_the_last_day_of_a_long_month',
  'tests.test_dates.RecurrenceTest.test_comes_back_to_the_last_day_after_a_short_month',
];
/** Some of those that pass with and without the bug. */
const PASS_TO_PASS = [
  'tests.test_dates.MonthTest.test_adds_months_over_the_end_of_a_year',
  'tests.test_dates.MonthTest.test_days_in_month_knows_leap_years',
];

/** A task of the example library: months later, the last day is taken from the wrong month; and its selection side. */
export interface TallybookTask {
  readonly task: SolverTask;
  readonly selection: SelectionTask;
  /** A pred_patch that puts this line in the place of the wrong one. */
  patchWith(line: string): Promise<Uint8Array>;
}

export async function tallybookTask(): Promise<TallybookTask> {
  const original = createSnapshot(await directoryBase(REPOSITORY));
  const buggy = await replaced(original, MODULE, [[RIGHT, WRONG]]);
  const weakened = await replaced(
    buggy,
    TESTS,
    WEAKENED.map((line, index) => [line, index === 0 ? '        add_months(date(2024, 1, 29), 1)\n' : '']),
  );
  const detection = (await unittest.detect(original))!;
  const artifact = createArtifact({
    script: unittest.testScript(detection, { testFiles: [TESTS], deselected: [] }),
    parser: unittest.parser,
    testFiles: [TESTS],
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weakened)),
  });
  const task = await createTask({ original, artifact, failToPass: FAIL_TO_PASS, passToPass: PASS_TO_PASS });
  return {
    task,
    selection: { view: task.view, testCommand: artifact.testCommand, testFiles: [TESTS] },
    async patchWith(line) {
      const { snapshot } = task.view;
      return printPatch(await diffSnapshots(snapshot, await replaced(snapshot, MODULE, [[WRONG, line]])));
    },
  };
}

async function replaced(
  snapshot: Snapshot,
  path: string,
  pieces: readonly (readonly [string, string])[],
): Promise<Snapshot> {
  let text = Buffer.from(snapshot.changes.get(path)?.content ?? (await snapshot.base.read(path))).toString('utf8');
  for (const [from, to] of pieces) {
    if (!text.includes(from)) throw new TypeError(`Expected ${path} to hold ${from}.`);
    text = text.replace(from, to);
  }
  return withFiles(snapshot, [[path, { mode: '100644', content: new TextEncoder().encode(text) }]]);
}

/** The same task with three tests taken out as a whole, one of which passes with the bug: their return is specified. */
export async function wideSelection({ selection }: TallybookTask): Promise<SelectionTask> {
  const { view } = selection;
  const restored = await applyPatch(view.snapshot, view.specification);
  if (restored.status === 'refused') throw new TypeError(restored.reason);
  const text = Buffer.from(restored.snapshot.changes.get(TESTS)!.content).toString('utf8');
  const hidden = [...FAIL_TO_PASS, 'tests.test_dates.MonthTest.test_month_of_a_day'];
  const names = new Set(hidden.map((id) => id.split('.').slice(2).join('.')));
  const weaker = Buffer.from(removeFunctions(text, names)!);
  const snapshot = withFiles(view.snapshot, [[TESTS, { mode: '100644', content: weaker }]]);
  const specification = await diffSnapshots(snapshot, restored.snapshot);
  return {
    ...selection,
    view: { ...view, snapshot, specification, specificationText: printPatch(specification) },
  };
}
