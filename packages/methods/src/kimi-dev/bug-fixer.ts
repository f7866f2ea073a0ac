import { type Policy, readPrompt, renderPrompt } from '@swe-selfplay/adapter';
import { type SolveOptions, type Solver, SolverError, type Submission, type TaskView } from '@swe-selfplay/solver';
import { MethodError } from '../method-error.js';
import { type ContextBounds, chooseFiles, showFiles } from '../roles/code-context.js';
import { type CompleteOptions, complete } from '../roles/complete.js';
import { editsToPatch } from '../roles/edits-to-patch.js';
import { patchByRollout } from '../roles/patch-rollout.js';
import { type RolloutBounds, sampleId } from '../roles/role-rollout.js';
import type { Statement } from '../statements/statement.js';
import { type StatementSource, shownStatement, specificationSource } from '../statements/statement-source.js';

export interface BugFixerOptions extends RolloutBounds, ContextBounds {
  /** What it is told of a task. Default: the specification. */
  readonly statementFor?: StatementSource | undefined;
  /**
   * `rollout` (default): it works in the task's workspace with tools. `once`: it is asked which files matter, then, with
   * these before it, for edits, as the agentless stage of the paper.
   */
  readonly mode?: 'rollout' | 'once' | undefined;
  /** What a rollout without a submission leaves is handed in, as unfinished. Default false. */
  readonly handsInUnfinished?: boolean | undefined;
  /** Hears of every question and answer of mode `once`. */
  readonly onCompletion?: CompleteOptions['onCompletion'];
}

const prompt = (name: string) => readPrompt(new URL(`../../prompts/kimi-dev/${name}.md`, import.meta.url));

/**
 * Kimi-Dev's BugFixer (arXiv 2509.23045): a solver that is told a statement and hands in a patch. Everything that it
 * writes is hostile: paths that are not in the task, edits that do not fit and patches that do not apply are an attempt
 * that gave up. Throws as a Solver, and PromptError.
 */
export function createBugFixer(policy: Policy, options: BugFixerOptions = {}): Solver {
  const { statementFor = specificationSource, mode = 'rollout' } = options;
  const templates = { fix: prompt('fix'), localise: prompt('localise'), fixOnce: prompt('fix-once') };

  async function work(view: TaskView, solveOptions: SolveOptions): Promise<Submission> {
    const { seed, provider, signal, onTrajectory } = solveOptions;
    const statement = await statementFor(view, solveOptions);
    const id = solveOptions.trajectoryId ?? sampleId('bug-fixer', view, policy.name, seed);
    if (mode === 'once') return fixOnce(view, statement, id, signal);
    return patchByRollout({
      id,
      policy,
      view,
      statement,
      start: view.snapshot,
      promptOf: (place) =>
        renderPrompt(templates.fix, { ...place, statement: shownStatement(statement) }, { required: ['statement'] }),
      bounds: options,
      provider,
      signal,
      onTrajectory,
      handsInUnfinished: options.handsInUnfinished,
    });
  }

  async function fixOnce(
    view: TaskView,
    statement: Statement,
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<Submission> {
    const { snapshot } = view;
    const said = shownStatement(statement);
    const asking = { timeoutMs: options.timeoutMs, signal, onCompletion: options.onCompletion };
    const choice = { template: templates.localise, statement: said, bounds: options };
    const paths = await chooseFiles(policy, snapshot, choice, { ...asking, rolloutId: `${id}-localise` });
    const values = { statement: said, files: await showFiles(snapshot, paths, options) };
    const question = renderPrompt(templates.fixOnce, values, { required: ['statement', 'files'] });
    const answer = await complete(policy, question, { ...asking, rolloutId: `${id}-fix` });
    return answer.status === 'gave-up' ? answer : editsToPatch(snapshot, answer.text);
  }

  return {
    name: `bug-fixer ${policy.name}`,
    async solve(view, solveOptions) {
      try {
        return await work(view, solveOptions);
      } catch (error) {
        if (error instanceof MethodError && error.code === 'infra')
          throw new SolverError('infra', error.message, { cause: error });
        throw error;
      }
    },
  };
}
