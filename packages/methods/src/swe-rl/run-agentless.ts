import type { CandidatePatch, PatchTestMatrix, RunTally, SelectionTask } from '../evidence/evidence.js';
import { gatherMatrix } from '../evidence/gather-matrix.js';
import { MethodError } from '../method-error.js';
import type { RolePolicies } from '../roles/role-policies.js';
import { chooseSweRl } from '../selection/choices/choose-swe-rl.js';
import { statementOf } from '../statements/statement.js';
import { shownStatement } from '../statements/statement-source.js';
import {
  type AgentlessOptions,
  type AgentlessPolicies,
  type AgentlessRun,
  agentlessPolicies,
  type RepairSample,
} from './agentless.js';
import { renderLocatePrompt, renderTestPrompt } from './agentless-prompts.js';
import { type KeptReproductions, keepReproductions } from './keep-reproductions.js';
import { type Location, locationsOf } from './localise.js';
import { completionId, type SampledCompletion, sampleCompletions } from './sample-completions.js';
import { sampleRepairs } from './sample-repairs.js';
import { readSources } from './source-context.js';

const NO_RUNS: RunTally = { requested: 0, distinct: 0, executed: 0, cached: 0 };

/**
 * Agentless-mini on one task (SWE-RL, arXiv 2502.18449, App. B): answers that say which files are the cause, answers that
 * repair them by search/replace blocks, answers that write a program to reproduce the issue; of the programs those that
 * reproduce it on the task as it is, the most written ones first; then all patches against these programs and the task's
 * own suite, and the choice of `rerankAgentless`. Nothing of it sees the original or FAIL_TO_PASS.
 *
 * Answers without a patch or a program are outcomes. Throws MethodError `invalid-options`; `infra` where no answer of a
 * stage came; EvaluationError `infra` where the symptoms cannot be found out; and where `signal` is aborted.
 */
export async function runAgentless(
  task: SelectionTask,
  players: AgentlessPolicies | RolePolicies,
  options: AgentlessOptions,
): Promise<AgentlessRun> {
  const policies = agentlessPolicies(players);
  const asked = countsOf(options);
  const { runner, signal, runTimeoutMs: timeoutMs } = options;
  const { snapshot, id } = task.view;
  const { maxFiles = 5, maxListingCharacters = 40_000, maxSourceCharacters = 200_000 } = options;
  const sampling = { concurrency: options.concurrency, timeoutMs: options.answerTimeoutMs, signal };
  const ids = (stage: string, count: number) =>
    Array.from({ length: count }, (_, index) => completionId(`agentless ${stage}`, id, options.seed, index));
  const ask = async (stage: string, policy: RolePolicies, prompt: string, count: number) => {
    const requests = ids(stage, count).map((rolloutId) => ({ rolloutId, prompt }));
    return answered(stage, await sampleCompletions(policy, requests, sampling));
  };

  const statement = await statementOf(task, options.statement ?? 'symptoms', { runner, timeoutMs, signal });
  const shown = shownStatement(statement);
  const locatePrompt = renderLocatePrompt(snapshot, shown, { maxListingCharacters, maxFiles });
  const locateSamples = await ask('locate', policies.locate, locatePrompt, asked.locations);
  const locations = locationsOf(snapshot, locateSamples, maxFiles);
  const contexts = await readContexts(task, locations, maxSourceCharacters);
  if (contexts.length === 0) return { ...NOTHING_FOUND, statement, locatePrompt, locateSamples, locations };

  const repairs = await sampleRepairs(
    policies.repair,
    snapshot,
    { statement: shown, contexts, ids: ids('repair', asked.repairs) },
    sampling,
  );
  answered(
    'repair',
    repairs.map(({ completion }) => completion),
  );
  const testPrompt = renderTestPrompt(shown, contexts[0]!);
  const testAnswers = await ask('write-test', policies.writeTest, testPrompt, asked.tests);
  const written = testAnswers.map((answer) => (answer.status === 'answered' ? answer.text : null));
  const kept = await keepReproductions(task, written, {
    maxTests: asked.maxTests,
    writer: 'agentless',
    runner,
    timeoutMs,
    signal,
  });
  const candidates = repairs.map(candidateOf);
  const matrix = await gatherMatrix(task, candidates, kept.tests, { runner, timeoutMs, signal });
  const patchKeys = repairs.map(({ patchKey }) => patchKey);
  const selection = chooseSweRl({ candidates, matrix }, patchKeys, { maxTests: asked.maxTests });
  const chosen = selection.index === undefined ? undefined : repairs[selection.index]!.outcome;
  return {
    statement,
    locatePrompt,
    locateSamples,
    locations,
    repairs,
    testSamples: kept.samples.map((sample, index) => ({
      ...sample,
      prompt: testPrompt,
      completion: testAnswers[index]!,
    })),
    tests: kept.tests,
    matrix,
    selection,
    predPatch: chosen?.status === 'patched' ? chosen.predPatch : undefined,
    tally: addTallies(kept, matrix),
  };
}

const NOTHING_FOUND = {
  repairs: [],
  testSamples: [],
  tests: [],
  matrix: undefined,
  selection: {
    index: undefined,
    scores: [],
    survivors: [],
    reason: 'no answer names a file of the repository that can be shown',
  },
  predPatch: undefined,
  tally: NO_RUNS,
} as const;

function countsOf({ locations = 4, repairs = 40, tests = 40, maxTests = 30 }: AgentlessOptions) {
  const counts = { locations, repairs, tests, maxTests };
  for (const [name, count] of Object.entries(counts)) {
    const least = name === 'locations' || name === 'repairs' ? 1 : 0;
    if (Number.isSafeInteger(count) && count >= least && count <= 10_000) continue;
    throw new MethodError(
      'invalid-options',
      `Expected ${name} to be a whole number from ${least} to 10000, got ${count}.`,
    );
  }
  return counts;
}

/** A stage of which every answer failed says nothing about the task. */
function answered(stage: string, completions: readonly SampledCompletion[]): readonly SampledCompletion[] {
  const [first] = completions;
  if (first?.status === 'failed' && completions.every(({ status }) => status === 'failed'))
    throw new MethodError('infra', `No answer came in stage ${stage}: ${first.reason}`);
  return completions;
}

/** The files of each location, as far as they can be shown; equal ones once. */
async function readContexts({ view }: SelectionTask, locations: readonly Location[], maxCharacters: number) {
  const contexts = new Map<string, ReadonlyMap<string, string>>();
  for (const { files } of locations) {
    const sources = await readSources(view.snapshot, files, maxCharacters);
    const key = [...sources.keys()].sort().join('\0');
    if (sources.size > 0 && !contexts.has(key)) contexts.set(key, sources);
  }
  return [...contexts.values()];
}

function candidateOf({ completion, outcome }: RepairSample): CandidatePatch {
  const predPatch = outcome.status === 'patched' ? outcome.predPatch : new Uint8Array();
  return { id: completion.rolloutId, predPatch, isFinished: true };
}

/** A kept test has been run on the task before it comes into the matrix, which asks for that run again. */
function addTallies({ tally, tests }: KeptReproductions, matrix: PatchTestMatrix): RunTally {
  const { requested, distinct, executed, cached } = matrix.tally;
  return {
    requested: tally.requested + requested,
    distinct: tally.distinct + distinct - tests.length,
    executed: tally.executed + executed,
    cached: tally.cached + cached - tests.length,
  };
}
