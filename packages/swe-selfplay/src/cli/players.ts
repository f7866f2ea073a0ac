import { createHash } from 'node:crypto';
import {
  firstMalformedOnly,
  lastObservations,
  type ModelPolicy,
  type Policy,
  withHints,
  withHistory,
} from '@swe-selfplay/adapter';
import type { Environment } from '@swe-selfplay/artifact';
import { createPolicyInjector, type Injector, type PolicyStrategyChoice } from '@swe-selfplay/injector';
import { createAgentlessSolver } from '@swe-selfplay/methods';
import { createPolicySolver, createSearchSolver, type Solver } from '@swe-selfplay/solver';
import type { Session } from '../session.js';
import { UsageError } from './exit-code.js';
import type { RolePolicies } from './open-policies.js';
import { DEFAULT_EPISODE_TIMEOUT_SECONDS, type PolicyFlags, type Role } from './policy-options.js';
import { type RolePrompts, readRolePrompts } from './role-prompts.js';
import { serverOf } from './role-servers.js';
import { checksOf, rulesOf } from './rule-options.js';
import { openInjector, type StrategyFlags, strategyOf } from './strategies.js';
import type { Terminal } from './terminal.js';
import { TOOL_SETS } from './tool-sets.js';

/** Throws UsageError for players that cannot be: half a server, or a strategy that the injector does not have. */
export function checkPlayers(flags: PolicyFlags & { readonly strategy?: string }, roles: readonly Role[]): void {
  const withModel = roles.filter((role) => serverOf(flags, role) !== undefined);
  if (roles.includes('injector')) strategyOf(flags, withModel.includes('injector'));
}

/** The prompts that replace ours. Throws UsageError for those that cannot be used. */
export function promptsOf({ prompts }: PolicyFlags, { original }: Environment): RolePrompts {
  return prompts === undefined ? { injector: undefined, solver: undefined } : readRolePrompts(prompts, original);
}

/** The injector that a command asked for: a model where it named one, else a procedure. */
export async function injectorOf(
  flags: StrategyFlags & PolicyFlags & { readonly check?: boolean },
  { injector: policy }: Pick<RolePolicies, 'injector'>,
  prompts: RolePrompts['injector'],
  environments: readonly Environment[],
  session: Session,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Injector> {
  if (policy === undefined) return openInjector(flags, environments, session, terminal, signal);
  const strategy = strategyOf(flags, true) as PolicyStrategyChoice;
  const { check = true } = flags;
  const injector = createPolicyInjector(remembering(policy, flags), {
    ...episodeOptions(flags),
    provider: session.provider,
    strategy,
    rules: rulesOf(flags),
    checks: checksOf(flags),
    check,
    prompts,
  });
  return { ...injector, name: playerName(policy, flags, prompts, [strategy, ...(check ? [] : ['no check'])]) };
}

/** The solver that a command asked for: a model where it named one, else a search. */
export function solverOf(
  flags: PolicyFlags,
  { solver: policy }: Pick<RolePolicies, 'solver'>,
  prompts: RolePrompts['solver'],
): Solver {
  if (policy === undefined) return createSearchSolver();
  if (flags.scaffold === 'agentless') {
    if (prompts !== undefined) throw new UsageError('Expected --prompts or --scaffold agentless, which has its own.');
    const answerTimeoutMs = Math.round(flags.episodeTimeout * 1000);
    return createAgentlessSolver(policy, { answerTimeoutMs, name: playerName(policy, flags, prompts, ['agentless']) });
  }
  const solver = createPolicySolver(remembering(policy, flags), { ...episodeOptions(flags), prompts });
  return { ...solver, name: playerName(policy, flags, prompts) };
}

/** The policy as it is shown its conversations. */
function remembering(policy: Policy, { history }: PolicyFlags): Policy {
  return history === 'whole' ? policy : withHistory(policy, lastObservations(), firstMalformedOnly());
}

/** What every episode of a policy is played with. */
function episodeOptions({ tools, hints, maxTurns, episodeTimeout, context }: PolicyFlags) {
  const toolSet = TOOL_SETS[tools]!();
  return {
    // Those of SkyRL-Agent have hints of their own.
    toolSet: hints && tools !== 'skyrl' ? withHints(toolSet) : toolSet,
    maxTurns,
    timeoutMs: Math.round(episodeTimeout * 1000),
    contextTokens: context,
  };
}

/** What plays a role and how, in a line: a run with another is another run. */
function playerName(
  policy: ModelPolicy,
  { tools, history, hints, temperature, topP, maxTokens, maxTurns, context, episodeTimeout }: PolicyFlags,
  prompts: object | undefined,
  extras: readonly string[] = [],
): string {
  const { model, format } = policy.description.record;
  const parts = [
    ...extras,
    `${tools} tools`,
    ...(history === 'whole' ? [] : [`history ${history}`]),
    ...(hints ? ['hints'] : []),
    `${format} calls`,
    `temperature ${temperature}`,
    `top-p ${topP}`,
    `${maxTurns} turns`,
    ...(maxTokens === undefined ? [] : [`${maxTokens} tokens a reply`]),
    ...(context === undefined ? [] : [`${context} tokens of context`]),
    ...(episodeTimeout === DEFAULT_EPISODE_TIMEOUT_SECONDS ? [] : [`${episodeTimeout} s`]),
    ...(prompts === undefined ? [] : [`prompts ${digestOf(prompts)}`]),
  ];
  return `${model} (${parts.join(', ')})`;
}

function digestOf(prompts: object): string {
  const sorted = Object.entries(prompts).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8);
}
