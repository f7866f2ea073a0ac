import { createHash } from 'node:crypto';
import {
  type BugArtifact,
  diffSnapshots,
  modeOf,
  printPatch,
  restoreFiles,
  type Snapshot,
} from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';
import type { SolverTask } from '@swe-selfplay/solver';
import type { SelectionTask } from '../evidence/evidence.js';
import { type StatementKind, statementOf } from '../statements/statement.js';
import { shownStatement } from '../statements/statement-source.js';
import { renderLocatePrompt, renderRepairPrompt, renderTestPrompt } from '../swe-rl/agentless-prompts.js';
import { fixedPaths, knownFix } from '../swe-rl/reward-repairs.js';
import { readSources } from '../swe-rl/source-context.js';
import { fixAsBlocks } from './fix-as-blocks.js';
import { goldFunctions } from './gold-functions.js';
import type { TrainingProvenance, TrainingTask } from './training-tasks.js';

export interface BuildTrainingTasksOptions {
  readonly runner: TestRunner;
  readonly signal?: AbortSignal | undefined;
  /** The artifact that the task is made of, for provenance. */
  readonly artifact?: Pick<BugArtifact, 'id' | 'provenance'> | undefined;
  /** What stands for the issue. Default `symptoms`; `specification` shows tests, so none are asked for then. */
  readonly statement?: StatementKind | undefined;
  /** Files shown to be repaired beside those of the bug, such as wrongly localised ones. Default none. */
  readonly distractors?: readonly string[] | undefined;
  /** Files that an answer may name. Default 4, since answers with 5 are filtered out. */
  readonly maxFiles?: number | undefined;
  /** Default 40 000. */
  readonly maxListingCharacters?: number | undefined;
  /** Default 200 000. */
  readonly maxSourceCharacters?: number | undefined;
}

/**
 * The three training tasks of SWE-Swiss (zhenyuhe00/SWE-Swiss) of a validated bug, in the prompts that `runAgentless`
 * asks with: `localise` with the files of the bug that are there, `repair` with the bug undone, `write-test` with the test functions
 * that were weakened. A task whose fix is not in text files, or too long to be shown, gives no `repair`; one without such
 * functions no `write-test`, nor does one whose statement shows them. For the host alone: the targets are made of the original.
 * Throws EvaluationError `infra` where the symptoms cannot be found out, and where `signal` is aborted.
 */
export async function buildTrainingTasks(
  task: SolverTask,
  options: BuildTrainingTasksOptions,
): Promise<TrainingTask[]> {
  const { runner, signal, statement: kind = 'symptoms', maxFiles = 4, maxListingCharacters = 40_000 } = options;
  const { snapshot } = task.view;
  const shown = shownStatement(await statementOf(selectionTask(task), kind, { runner, signal }));
  const provenance = provenanceOf(task, kind, options.artifact);
  const gold = fixedPaths(task);
  const paths = [...new Set([...gold, ...(options.distractors ?? [])])].sort();
  const sources = await readSources(snapshot, paths, options.maxSourceCharacters ?? 200_000);

  const tasks: TrainingTask[] = [];
  const locatePrompt = renderLocatePrompt(snapshot, shown, { maxListingCharacters, maxFiles });
  // A file that the bug deleted is not there to be named.
  const files = gold.filter((path) => modeOf(snapshot, path) !== undefined);
  if (files.length > 0) tasks.push({ ...head('localise', locatePrompt, provenance), target: { files } });
  const repair = await repairTarget(task);
  if (repair?.goldPaths.every((path) => sources.has(path))) {
    const prompt = renderRepairPrompt(shown, sources);
    const target = { files: [...sources.keys()], patch: repair.patch, blocks: repair.blocks };
    tasks.push({ ...head('repair', prompt, provenance), target });
  }
  const functions = kind === 'specification' ? [] : await goldFunctions(task);
  if (functions.length > 0) {
    const prompt = renderTestPrompt(shown, sources);
    tasks.push({ ...head('write-test', prompt, provenance), target: { functions } });
  }
  return tasks;
}

/** A task as its choice among attempts may know it. */
export function selectionTask({ view, grading }: SolverTask): SelectionTask {
  return { view, testCommand: grading.testCommand, testFiles: grading.testFiles };
}

/** The task with the bug undone and its tests as weak as they are. */
export function fixedSnapshot(task: Pick<SolverTask, 'grading'>): Snapshot {
  return restoreFiles(task.grading.task, task.grading.original, fixedPaths(task));
}

async function repairTarget(task: SolverTask) {
  const { before, after } = await knownFix(task);
  const isWhole = after.size > 0 && after.size === fixedPaths(task).length;
  if (!isWhole) return undefined;
  const patch = await diffSnapshots(task.grading.task, fixedSnapshot(task));
  const blocks = fixAsBlocks(patch, before, after);
  const goldPaths = patch.files.flatMap(({ oldPath }) => (oldPath === undefined ? [] : [oldPath]));
  return { patch: Buffer.from(printPatch(patch)).toString('utf8'), blocks, goldPaths };
}

function head<Kind extends TrainingTask['kind']>(kind: Kind, prompt: string, provenance: TrainingProvenance) {
  const parts = ['training task', kind, provenance.task_id, prompt];
  const id = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
  return { id, kind, prompt, provenance };
}

function provenanceOf(
  { id, order, parent, sourceAttempt }: SolverTask,
  statement: StatementKind,
  artifact: BuildTrainingTasksOptions['artifact'],
): TrainingProvenance {
  const strategy = artifact?.provenance?.strategy;
  return {
    task_id: id,
    order,
    ...(parent !== undefined && { parent }),
    ...(sourceAttempt !== undefined && { source_attempt: sourceAttempt }),
    ...(artifact && { artifact_id: artifact.id }),
    ...(strategy !== undefined && { strategy }),
    statement,
  };
}
