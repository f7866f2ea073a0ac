import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createArtifact,
  createTask,
  diffSnapshots,
  type Environment,
  type Evaluation,
  evaluatePatch,
  openEnvironment,
  openSession,
  printPatch,
  type Snapshot,
  type SolverTask,
  withFiles,
} from 'swe-selfplay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { readFile } from '../packages/artifact/src/index.js';
import { scratchDirectory } from './support/scratch-repository.js';

const DATES = 'tallybook/dates.py';
const TESTS = 'tests/test_dates.py';
const RIGHT = 'min(day.day, days_in_month(year, month))';
const WRONG = 'min(day.day, days_in_month(day.year, day.month))';

const SHOWN = 'tests.test_dates.MonthTest.test_adds_months_to_the_last_day_of_a_long_month';
const KEPT = 'tests.test_dates.RecurrenceTest.test_comes_back_to_the_last_day_after_a_short_month';

const SHOWN_BODY = `self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))
        self.assertEqual(add_months(date(2024, 8, 31), 1), date(2024, 9, 30))`;
const KEPT_BODY = `self.assertEqual(
            self.days("monthly", date(2024, 1, 31), "2024-01-01..2024-05-31"),
            ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"],
        )
        self.assertEqual(self.days("yearly", date(2024, 2, 29), "2028-02"), ["2028-02-29"])`;

/** What the shown test asks for, and the bug for everything else. */
const LOOKED_UP = `{
        (date(2024, 1, 31), 1): date(2024, 2, 29),
        (date(2024, 8, 31), 1): date(2024, 9, 30),
    }.get((day, months)) or date(year, month, ${WRONG})`;

const SCRIPT = 'python3 -m unittest -v tests.test_dates tests.test_budget 2>&1\n';
const PARSER = `import json, re, sys
found = re.findall(r"^(test_\\w+) \\(([\\w.]+)\\).*\\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M)
print(json.dumps({(case if case.endswith(name) else f"{case}.{name}"): "passed" if how == "ok" else "failed"
                  for name, case, how in found}))
`;

let folder: string;
let environment: Environment;
let session: Awaited<ReturnType<typeof openSession>>;
let task: SolverTask;

beforeAll(async () => {
  folder = await scratchDirectory('hidden-oracles');
  await makeRepository(join(folder, 'tallybook'));
  environment = await openEnvironment({ directory: join(folder, 'tallybook') });
  session = await openSession({ cacheDirectory: join(folder, 'cache'), jobs: 2 });
  task = await createSplitTask(environment.original);
});

afterAll(async () => {
  await session?.close();
  await environment?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function edited(snapshot: Snapshot, path: string, from: string, to: string): Promise<Snapshot> {
  const { mode, content } = (await readFile(snapshot, path))!;
  const text = Buffer.from(content).toString('utf8');
  if (!text.includes(from)) throw new Error(`Expected ${path} to hold ${from}.`);
  return withFiles(snapshot, [[path, { mode, content: Buffer.from(text.replace(from, () => to)) }]]);
}

async function createSplitTask(original: Snapshot): Promise<SolverTask> {
  const buggy = await edited(original, DATES, RIGHT, WRONG);
  const weaker = await edited(await edited(buggy, TESTS, SHOWN_BODY, 'pass'), TESTS, KEPT_BODY, 'pass');
  const artifact = createArtifact({
    script: SCRIPT,
    parser: PARSER,
    testFiles: [TESTS],
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weaker)),
  });
  const passToPass = ['tests.test_dates.MonthTest.test_adds_months_over_the_end_of_a_year'];
  for (let seed = 1; seed < 20; seed += 1) {
    const hidden = { share: 0.5, seed };
    const made = await createTask({ original, artifact, failToPass: [KEPT, SHOWN], passToPass, hidden });
    if (made.hidden?.status !== 'split') throw new Error(`Expected a split, got ${JSON.stringify(made.hidden)}.`);
    if (made.hidden.public.includes(SHOWN)) return made;
  }
  throw new Error('Expected one of the seeds to show the other test.');
}

async function grade(expression: string): Promise<Evaluation> {
  const { task: start } = task.grading;
  const changed = await edited(start, DATES, `return date(year, month, ${WRONG})`, `return ${expression}`);
  return evaluatePatch(task.grading, printPatch(await diffSnapshots(start, changed)), session);
}

test('the true fix passes both parts', async () => {
  expect(await grade(`date(year, month, ${RIGHT})`)).toMatchObject({
    status: 'solved',
    hidden: { publicPassed: true, privatePassed: true },
  });
});

test('a patch that looks the shown inputs up passes what it was shown and is not solved', async () => {
  expect(await grade(LOOKED_UP)).toMatchObject({
    status: 'unsolved',
    failed: [KEPT],
    hidden: { publicPassed: true, privatePassed: false },
  });
});

test('a patch that mends nothing passes neither part', async () => {
  expect(await grade(`date(year, month, 0 + ${WRONG})`)).toMatchObject({
    status: 'unsolved',
    hidden: { publicPassed: false, privatePassed: false },
  });
});
