import {
  createCwmToolSet,
  type Policy,
  runRollout,
  type ToolSet,
  type Trajectory,
  withoutSubmission,
} from '@swe-selfplay/adapter';
import { ARTIFACT_FILES, type BugArtifact, type Environment, type Provenance } from '@swe-selfplay/artifact';
import { EvaluationError, type GuardRule } from '@swe-selfplay/evaluation';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { Check } from './check.js';
import { createCheckTool } from './check-tool.js';
import type { Injection, InjectOptions, Injector } from './injector.js';
import { InjectorError } from './injector-error.js';
import { assertPromptNames, type InjectorPrompts, readDefaultPrompts } from './injector-prompts.js';
import { type InjectorWorkspace, openInjectorWorkspace } from './injector-workspace.js';
import { type DrawnStrategy, drawStrategy, POLICY_STRATEGIES, type PolicyStrategyChoice } from './policy-strategy.js';
import { readSubmission } from './read-submission.js';
import { renderInjectorPrompt } from './render-injector-prompt.js';
import { type RuleOverrides, type ValidationRules, validationRulesSchema } from './validation-rules.js';

export interface PolicyInjectorOptions {
  /** Where the policy works: a workspace with the tree of the environment and, where there is one, its history. */
  readonly provider: SandboxProvider;
  /** Default `removal-or-history`, the best one of the paper. */
  readonly strategy?: PolicyStrategyChoice | undefined;
  /** Default: the tools of the CWM scaffold. */
  readonly toolSet?: ToolSet | undefined;
  /** What the policy is told, and what its checks go by; best those of the validation. */
  readonly rules?: RuleOverrides | undefined;
  readonly guardRules?: readonly GuardRule[] | undefined;
  /** What the `check` tool asks of an artifact, best what the validation does; default: the nine of SPEC 5. */
  readonly checks?: readonly Check[] | undefined;
  /** Whether the policy has the `check` tool, and how often it may use it. Default true: 10 times. */
  readonly check?: boolean | { readonly max: number } | undefined;
  /** Replace ours of the same name; see readInjectorPrompts. */
  readonly prompts?: Partial<InjectorPrompts> | undefined;
  /** Default 128. */
  readonly maxTurns?: number | undefined;
  /** Wall time of one conversation. Default 40 minutes. */
  readonly timeoutMs?: number | undefined;
  /** As in runRollout. */
  readonly maxFormatErrors?: number | undefined;
  readonly contextTokens?: number | undefined;
  /** Called with each trajectory, whatever its end. */
  readonly onTrajectory?: ((trajectory: Trajectory) => void) | undefined;
}

interface Settings extends PolicyInjectorOptions {
  readonly strategy: PolicyStrategyChoice;
  readonly toolSet: ToolSet;
  readonly rules: ValidationRules;
  readonly maxChecks: number;
  readonly texts: InjectorPrompts;
}

const DEFAULT_MAX_CHECKS = 10;
const MAX_REASON_LENGTH = 4000;

/**
 * An injector that lets a policy work in a workspace of the repository. The artifact is the five files that it submits,
 * wherever they lie; nothing else of the workspace counts. Files that make no artifact are as good as none: it gave up,
 * with the problems as the reason. Equal seeds give equal prompts.
 * Throws InjectorError `invalid-options`, PromptError and ZodError for options that cannot be. `inject` throws
 * EvaluationError `infra` where the policy or the sandbox failed, InjectorError `no-history` where the strategy needs a
 * history that is not there, and the reason of the signal.
 */
export function createPolicyInjector(policy: Policy, options: PolicyInjectorOptions): Injector {
  const settings = settle(options);
  return {
    name: policy.name,
    hasStages: true,
    async inject(environment, injectOptions): Promise<Injection> {
      const { signal, pass } = injectOptions;
      await pass?.enter('prepare');
      const workspace = await openInjectorWorkspace(options.provider, environment, signal);
      try {
        const drawn = drawStrategy(settings.strategy, injectOptions.groupSeed ?? injectOptions.seed, workspace.git);
        await pass?.enter('run');
        const trajectory = await converse(policy, { environment, workspace, drawn, settings, injectOptions });
        options.onTrajectory?.(trajectory);
        injectOptions.onTrajectory?.(trajectory);
        signal?.throwIfAborted();
        await pass?.enter('judge');
        return await judge(trajectory, { environment, workspace, drawn, settings, injectOptions });
      } finally {
        await workspace.sandbox.close();
      }
    },
  };
}

function settle(options: PolicyInjectorOptions): Settings {
  const { strategy = 'removal-or-history', check = true, prompts = {} } = options;
  if (!POLICY_STRATEGIES.includes(strategy)) {
    const message = `Expected one of the strategies ${POLICY_STRATEGIES.join(', ')}, got ${JSON.stringify(strategy)}.`;
    throw new InjectorError('invalid-options', message);
  }
  const maxChecks = typeof check === 'object' ? check.max : check ? DEFAULT_MAX_CHECKS : 0;
  if (!Number.isSafeInteger(maxChecks) || maxChecks < 0)
    throw new InjectorError('invalid-options', `Expected a whole number of checks, got ${maxChecks}.`);
  assertPromptNames(prompts);
  return {
    ...options,
    strategy,
    toolSet: options.toolSet ?? createCwmToolSet(),
    rules: validationRulesSchema.parse(options.rules ?? {}),
    maxChecks,
    texts: { ...readDefaultPrompts(), ...prompts },
  };
}

interface Episode {
  readonly environment: Environment;
  readonly workspace: InjectorWorkspace;
  readonly drawn: DrawnStrategy;
  readonly settings: Settings;
  readonly injectOptions: InjectOptions;
}

function converse(policy: Policy, episode: Episode): Promise<Trajectory> {
  const { environment, workspace, drawn, settings, injectOptions } = episode;
  const { rules, guardRules, checks, maxChecks } = settings;
  const { runner, signal } = injectOptions;
  const { original } = environment;
  const subject = { strategy: drawn.strategy, git: workspace.git.kind, rules, maxChecks, original, guardRules };
  const check = createCheckTool({ environment, runner, rules, guardRules, checks, max: maxChecks });
  return runRollout({
    id: episodeId(episode),
    policy,
    sandbox: workspace.sandbox,
    toolSet: settings.toolSet,
    role: { submission: { kind: 'files', names: ARTIFACT_FILES }, extra: maxChecks === 0 ? [] : [check] },
    prompt: renderInjectorPrompt(subject, settings.texts),
    maxTurns: settings.maxTurns,
    timeoutMs: settings.timeoutMs,
    maxFormatErrors: settings.maxFormatErrors,
    contextTokens: settings.contextTokens,
    signal,
  });
}

/** What the conversation came to; the tools are closed, and nothing of theirs runs any more. */
async function judge({ end, policy }: Trajectory, episode: Episode): Promise<Injection> {
  if (end.status !== 'submitted') {
    const { status, reason } = withoutSubmission(end);
    if (status === 'infra') throw new EvaluationError('infra', reason);
    return { status, reason };
  }
  const { workspace, injectOptions } = episode;
  const reading = await readSubmission(workspace.sandbox, end.paths, injectOptions.signal);
  if (reading.status === 'malformed')
    return { status: 'gave-up', reason: `The submission is no bug artifact: ${summarise(reading.problems)}` };
  const artifact: BugArtifact = Object.freeze({ ...reading.artifact, provenance: provenanceOf(episode, policy) });
  return { status: 'submitted', artifact };
}

/** Problems quote what was handed in, which can be long; the reason is kept with the episode. */
function summarise(problems: readonly string[]): string {
  const text = problems.join(' ');
  return text.length <= MAX_REASON_LENGTH ? text : `${text.slice(0, MAX_REASON_LENGTH)} [...]`;
}

function provenanceOf(episode: Episode, policy: string): Provenance {
  const { environment, drawn, settings, injectOptions } = episode;
  const { seed, groupSeed } = injectOptions;
  return {
    formatVersion: 1,
    strategy: drawn.strategy,
    seed,
    policy,
    environment: environment.name,
    details: {
      trajectory: episodeId(episode),
      toolSet: settings.toolSet.name,
      ...(settings.strategy === drawn.strategy ? {} : { drawnFrom: settings.strategy }),
      ...(drawn.withoutHistory === undefined ? {} : { withoutHistory: drawn.withoutHistory }),
      ...(groupSeed === undefined ? {} : { groupSeed }),
    },
  };
}

function episodeId({ environment, injectOptions: { trajectoryId, seed } }: Episode): string {
  return trajectoryId ?? `inject-${environment.digest.slice(0, 12)}-${seed}`;
}
