import type { Environment } from '@swe-selfplay/artifact';
import { createProceduralInjector, discoverTests, type Injector, STRATEGIES } from '@swe-selfplay/injector';
import type { Option } from 'commander';
import type { Session } from '../session.js';
import { UsageError } from './exit-code.js';
import { choice } from './parse-option.js';
import { type RuleFlags, rulesOf } from './rule-options.js';
import type { Terminal } from './terminal.js';

export interface StrategyFlags extends RuleFlags {
  /** A key of STRATEGIES. */
  readonly strategy: string;
}

export function strategyOption(): Option {
  return choice('--strategy <name>', 'how bugs are made', Object.keys(STRATEGIES)).default('mutation');
}

/** A slower suite is narrowed to some of its files. */
const MAX_SUITE_MS = 45_000;

/**
 * The injector that a command asked for. Throws UsageError for a repository in which it could never break anything:
 * one without tests that it can run, or whose tests fail as they are.
 */
export async function openInjector(
  flags: StrategyFlags,
  environments: readonly Environment[],
  { runner }: Session,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Injector> {
  const { minPassingTests, minFailingTests, timeoutMs } = rulesOf(flags);
  const limits = { minPassingTests, timeoutMs, maxSuiteMs: MAX_SUITE_MS };
  for (const { original, directory } of environments) {
    terminal.status(`finding out how the tests of ${directory} run`);
    const discovery = await discoverTests(original, { ...limits, runner, signal });
    if (discovery.status === 'not-found')
      throw new UsageError(`No bug can be put into ${directory}: ${discovery.reason}`);
  }
  return createProceduralInjector({ strategy: STRATEGIES[flags.strategy]!(), minFailingTests, ...limits });
}
