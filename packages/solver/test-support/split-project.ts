import {
  createArtifact,
  createSnapshot,
  diffSnapshots,
  listPaths,
  memoryBase,
  printPatch,
  readFile,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { createTask, type TaskRequest } from '../src/create-task.js';
import type { SolverTask, TaskView } from '../src/solver-task.js';

/** Texts of test files by path; null for one that weakening deletes. */
export type TestTexts = Readonly<Record<string, string | null>>;

export interface SplitProject {
  /** Test files in full. */
  readonly full: TestTexts;
  /** Those of them that are weakened. */
  readonly weak: TestTexts;
  readonly failToPass: readonly string[];
  readonly passToPass?: readonly string[];
  readonly testFiles?: readonly string[];
}

const CODE = 'def add(a, b):\n    return a + b\n';

/** The task of a one-line bug with the weakening of a project. */
export async function splitTask(project: SplitProject, hidden?: TaskRequest['hidden']): Promise<SolverTask> {
  const original = createSnapshot(memoryBase({ 'code.py': CODE, ...(project.full as Record<string, string>) }));
  const buggy = withTexts(original, { 'code.py': CODE.replace('+', '-') });
  const artifact = createArtifact({
    script: 'true\n',
    parser: 'print("{}")\n',
    testFiles: project.testFiles ?? Object.keys(project.full),
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, withTexts(buggy, project.weak))),
  });
  const { failToPass, passToPass = [] } = project;
  return createTask({ original, artifact, failToPass, passToPass, ...(hidden && { hidden }) });
}

function withTexts(snapshot: Snapshot, texts: TestTexts): Snapshot {
  const entries = Object.entries(texts).map(
    ([path, text]) => [path, text === null ? null : { mode: '100644' as const, content: Buffer.from(text) }] as const,
  );
  return withFiles(snapshot, entries);
}

/** All texts of a snapshot, by path. */
export async function textsOf(snapshot: Snapshot): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of listPaths(snapshot))
    texts.set(path, Buffer.from((await readFile(snapshot, path))!.content).toString('utf8'));
  return texts;
}

/** Everything that a solver gets of a task, as one text. */
export async function seenText(view: TaskView): Promise<string> {
  const { id, order, specification, specificationText } = view;
  const values = JSON.stringify({ id, order, specification, paths: [...view.snapshot.base.entries] });
  return [values, Buffer.from(specificationText).toString('utf8'), ...(await textsOf(view.snapshot)).values()].join(
    '\n',
  );
}
