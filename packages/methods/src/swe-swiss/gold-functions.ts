import { isUtf8 } from 'node:buffer';
import { readFile, type Snapshot } from '@swe-selfplay/artifact';
import { functionsOf, isModulePath, isQuickToParse, parsePythonWithin } from '@swe-selfplay/python';
import type { SolverTask } from '@swe-selfplay/solver';
import type { GoldFunction } from './training-tasks.js';

const PARSE_TIMEOUT_MS = 3_000;

/**
 * The test functions that are other in the original than in the task: those that were weakened to hide the bug, in their
 * right form. Of files that are no Python, nothing.
 */
export async function goldFunctions({ grading }: Pick<SolverTask, 'grading'>): Promise<GoldFunction[]> {
  const gold: GoldFunction[] = [];
  for (const path of grading.testFiles.filter(isModulePath)) {
    const right = await readFunctions(grading.original, path);
    const weak = await readFunctions(grading.task, path);
    for (const [name, source] of right) if (weak.get(name) !== source) gold.push({ path, name, source });
  }
  return gold;
}

/** Test functions by their qualified name, each with its decorators; of equal names the last one, as for Python. */
async function readFunctions(snapshot: Snapshot, path: string): Promise<ReadonlyMap<string, string>> {
  const file = await readFile(snapshot, path);
  if (file === undefined || !isUtf8(file.content)) return new Map();
  const source = Buffer.from(file.content).toString('utf8');
  // The weakened side was written by a policy.
  const module = isQuickToParse(source) ? parsePythonWithin(source, PARSE_TIMEOUT_MS) : undefined;
  if (module === undefined) return new Map();
  const tests = functionsOf(module).filter(({ name }) => name.startsWith('test'));
  return new Map(tests.map(({ qualifiedName, start, end }) => [qualifiedName, source.slice(start, end)]));
}
