import type { Environment } from '@swe-selfplay/artifact';
import {
  createPolicyInjector,
  type Injector,
  type PolicyStrategyChoice,
  readInjectorPrompts,
} from '@swe-selfplay/injector';
import { createPolicySolver, createSearchSolver, readSolverPrompts, type Solver } from '@swe-selfplay/solver';
import type { Session } from '../session.js';
import { episodeOptions, type PolicyFlags, playerName, type RolePolicies } from './policy-options.js';
import { rulesOf } from './rule-options.js';
import { openInjector, type StrategyFlags, strategyOf } from './strategies.js';
import type { Terminal } from './terminal.js';

/** The injector that a command asked for: a model where it named one, else a procedure. */
export async function injectorOf(
  flags: StrategyFlags & PolicyFlags & { readonly check?: boolean },
  { injector: policy }: Pick<RolePolicies, 'injector'>,
  environments: readonly Environment[],
  session: Session,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Injector> {
  if (policy === undefined) return openInjector(flags, environments, session, terminal, signal);
  const strategy = strategyOf(flags, true) as PolicyStrategyChoice;
  const injector = createPolicyInjector(policy, {
    ...episodeOptions(flags),
    provider: session.provider,
    strategy,
    rules: rulesOf(flags),
    check: flags.check ?? true,
    ...(flags.prompts !== undefined && { prompts: await readInjectorPrompts(flags.prompts) }),
  });
  return { ...injector, name: playerName(policy, flags, `, ${strategy}${flags.check === false ? ', no check' : ''}`) };
}

/** The solver that a command asked for: a model where it named one, else a search. */
export async function solverOf(flags: PolicyFlags, { solver: policy }: Pick<RolePolicies, 'solver'>): Promise<Solver> {
  if (policy === undefined) return createSearchSolver();
  const prompts = flags.prompts === undefined ? undefined : await readSolverPrompts(flags.prompts);
  const solver = createPolicySolver(policy, { ...episodeOptions(flags), ...(prompts && { prompts }) });
  return { ...solver, name: playerName(policy, flags) };
}
