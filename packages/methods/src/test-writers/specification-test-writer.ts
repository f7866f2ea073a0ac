import { createRandom, type Random } from '@swe-selfplay/artifact';
import { EvaluationError, reportOf } from '@swe-selfplay/evaluation';
import type { TaskView } from '@swe-selfplay/solver';
import { taskWithTest } from '../evidence/candidate-states.js';
import type { TestWriter, WriteTestsOptions, WrittenTest } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import { mapConcurrently } from '../roles/map-concurrently.js';
import { perturbTest } from './perturb-test.js';
import { type SpecifiedTest, type SpecifiedTests, specifiedTests } from './specified-tests.js';

export interface SpecificationTestWriterOptions {
  /** How likely each test is to get a mistake, 0..1. Default 0: all are as specified. */
  readonly noise?: number;
}

/** Sets of tests that are drawn in vain before it is taken that there are no others. */
const MAX_DRAWS = 200;

/**
 * A test writer that needs no model: it takes the public specification of a task apart. First each specified test alone,
 * in an order that the seed decides, then sets of several of them, as far as `count` wants. With `noise` a share of them
 * is wrong, as an imperfect model's would be. The suite of the task runs with it; of its ids count those that the test
 * adds and those that pass on the task, so that what fails there anyway is nobody's finding.
 * Where a specification cannot be split, whole files are the tests, and `note` says so. No test where it shows none.
 * Throws MethodError `invalid-options`.
 */
export function createSpecificationTestWriter({ noise = 0 }: SpecificationTestWriterOptions = {}): TestWriter {
  if (!(noise >= 0 && noise <= 1)) {
    throw new MethodError('invalid-options', `Expected noise as a share of 0..1, got ${noise}.`);
  }
  return {
    name: 'specification',
    async write(view, options) {
      if (!Number.isSafeInteger(options.count) || options.count < 0) {
        throw new MethodError('invalid-options', `Expected a whole count of tests, got ${options.count}.`);
      }
      const specified = await specifiedTests(view);
      const random = createRandom(`specification tests\0${options.seed}`);
      const sets = drawSets(specified.units, options.count, random);
      const drafts = sets.map((kept, index) => draft(specified, kept, noise, random.fork(`test ${index}`)));
      const work = (each: Draft, index: number) => finish(view, specified, each, index, options);
      return mapConcurrently(drafts, Math.max(1, drafts.length), work);
    },
  };
}

/** Each test alone, then distinct larger sets, each in the order of the specification. */
function drawSets(units: readonly SpecifiedTest[], count: number, random: Random): SpecifiedTest[][] {
  const sets = random.shuffle(units).map((unit) => [unit]);
  const seen = new Set<string>();
  for (let draws = 0; draws < MAX_DRAWS && units.length > 1 && sets.length < count; draws += 1) {
    const size = 2 + random.integer(units.length - 1);
    const chosen = new Set(random.shuffle(units).slice(0, size));
    const set = units.filter((unit) => chosen.has(unit));
    const key = JSON.stringify(set);
    if (seen.has(key)) continue;
    seen.add(key);
    sets.push(set);
  }
  return sets.slice(0, count);
}

interface Draft {
  readonly kept: readonly SpecifiedTest[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

function draft(specified: SpecifiedTests, kept: readonly SpecifiedTest[], noise: number, random: Random): Draft {
  const files = specified.filesWith(kept);
  if (random.next() < noise) {
    for (const { path, qualifiedName } of random.shuffle(kept)) {
      const source = files.get(path);
      if (typeof source !== 'string' || qualifiedName === undefined) continue;
      const wrong = perturbTest(source, qualifiedName, random);
      if (wrong === undefined) continue;
      files.set(path, wrong);
      break;
    }
  }
  const encoded = [...files].map(([path, content]) => [path, Buffer.from(content)] as const);
  return { kept, files: new Map(encoded) };
}

async function finish(
  view: TaskView,
  specified: SpecifiedTests,
  { kept, files }: Draft,
  index: number,
  options: WriteTestsOptions,
): Promise<WrittenTest> {
  const names = kept.map(({ path, qualifiedName }) => qualifiedName ?? path);
  const test = { id: `specification-${index}: ${names.join(', ')}`, files, command: options.testCommand };
  const isWhole = kept.some(({ qualifiedName }) => qualifiedName === undefined);
  if (isWhole) return { ...test, writer: 'specification', note: 'A whole file: its tests cannot be told apart.' };
  // Not `kept`: what the test adds is told by the same files without any of the specified tests.
  const bare = specified.filesWithout([...files.keys()]);
  const ids = await countingIds(view, files, bare, options);
  const note = 'Counts by all that the suite reports: what it adds could not be told.';
  return { ...test, writer: 'specification', ...(ids ? { testIds: ids } : { note }) };
}

/** Ids that the test adds to the suite, and those that pass without it; undefined where a run does not tell. */
async function countingIds(
  view: TaskView,
  files: WrittenTest['files'],
  bareFiles: WrittenTest['files'],
  { runner, testCommand, timeoutMs, signal }: WriteTestsOptions,
): Promise<string[] | undefined> {
  // With the options of a matrix, so that its baselines are known already.
  const runOptions = { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) };
  const reportWith = async (contents: WrittenTest['files']) =>
    reportOf(await runner.run(taskWithTest({ view }, { files: contents }), testCommand, runOptions));
  try {
    const [written, bare] = [await reportWith(files), await reportWith(bareFiles)];
    const added = [...written.keys()].filter((id) => !bare.has(id));
    const passing = [...bare].filter(([, status]) => status === 'passed').map(([id]) => id);
    return added.length === 0 ? undefined : [...new Set([...added, ...passing])].sort();
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}
