import type { Environment } from '@swe-selfplay/artifact';
import {
  createProceduralInjector,
  discoverTests,
  type Injector,
  POLICY_STRATEGIES,
  STRATEGIES,
} from '@swe-selfplay/injector';
import type { Option } from 'commander';
import type { Session } from '../session.js';
import { UsageError } from './exit-code.js';
import { choice } from './parse-option.js';
import { type RuleFlags, rulesOf } from './rule-options.js';
import type { Terminal } from './terminal.js';

export interface StrategyFlags extends RuleFlags {
  /** Of a policy one of POLICY_STRATEGIES, else a key of STRATEGIES; undefined: the default. */
  readonly strategy?: string;
}

const DEFAULTS = { procedure: 'mutation', policy: 'removal-or-history' } as const;

export function strategyOption(): Option {
  const procedural = Object.keys(STRATEGIES);
  const names = [...new Set([...procedural, ...POLICY_STRATEGIES])];
  const ofPolicy = `with a model ${POLICY_STRATEGIES.join(', ')} (default: ${DEFAULTS.policy})`;
  const option = choice('--strategy <name>', '', names);
  option.description = `how bugs are made: ${procedural.join(', ')} (default: ${DEFAULTS.procedure}), ${ofPolicy}`;
  return option;
}

/** The strategy that a command asked for, or the default of whoever injects. Throws UsageError for one that it has not. */
export function strategyOf({ strategy }: { readonly strategy?: string }, hasPolicy: boolean): string {
  const names: readonly string[] = hasPolicy ? POLICY_STRATEGIES : Object.keys(STRATEGIES);
  if (strategy === undefined) return hasPolicy ? DEFAULTS.policy : DEFAULTS.procedure;
  if (names.includes(strategy)) return strategy;
  const who = hasPolicy ? 'a model that injects' : 'an injector without a model';
  throw new UsageError(`Expected the --strategy of ${who} to be one of ${names.join(', ')}, got ${strategy}.`);
}

/** A slower suite is narrowed to some of its files. */
const MAX_SUITE_MS = 45_000;

/**
 * The injector without a model that a command asked for. Throws UsageError for a repository in which it could never break anything:
 * one without tests that it can run, or whose tests fail as they are.
 */
export async function openInjector(
  flags: StrategyFlags,
  environments: readonly Environment[],
  { runner }: Session,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Injector> {
  const strategy = strategyOf(flags, false);
  const { minPassingTests, minFailingTests, timeoutMs } = rulesOf(flags);
  const limits = { minPassingTests, timeoutMs, maxSuiteMs: MAX_SUITE_MS };
  for (const { original, directory } of environments) {
    terminal.status(`finding out how the tests of ${directory} run`);
    const discovery = await discoverTests(original, { ...limits, runner, signal });
    if (discovery.status === 'not-found')
      throw new UsageError(`No bug can be put into ${directory}: ${discovery.reason}`);
  }
  return createProceduralInjector({ strategy: STRATEGIES[strategy]!(), minFailingTests, ...limits });
}
