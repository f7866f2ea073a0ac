import { DEFAULT_RULES, type ValidationRules } from '@swe-selfplay/injector';
import type { Command } from 'commander';
import { numberIn } from './parse-option.js';

/** Options of every command that validates. */
export interface RuleFlags {
  readonly minChangedFiles: number;
  readonly minPassingTests: number;
  readonly minFailingTests: number;
  readonly repeats: number;
  /** Seconds. */
  readonly timeout: number;
}

export function addRuleOptions(command: Command): Command {
  const positive = numberIn({ min: 1 });
  const timeout = numberIn({ min: 0.001, max: 86_400, isWhole: false });
  return command
    .optionsGroup('What a valid bug is:')
    .option('--min-changed-files <n>', 'files that the bug must change', positive, DEFAULT_RULES.minChangedFiles)
    .option('--min-passing-tests <n>', 'tests that must pass without the bug', positive, DEFAULT_RULES.minPassingTests)
    .option('--min-failing-tests <n>', 'tests that the bug must break', positive, DEFAULT_RULES.minFailingTests)
    .option('--repeats <n>', 'runs that must agree', numberIn({ min: 1, max: 1000 }), DEFAULT_RULES.repeats)
    .option('--timeout <seconds>', 'time that one run of the suite may take', timeout, DEFAULT_RULES.timeoutMs / 1000);
}

export function rulesOf(flags: RuleFlags): Omit<ValidationRules, 'maxFlakyShare'> {
  const { minChangedFiles, minPassingTests, minFailingTests, repeats, timeout } = flags;
  return { minChangedFiles, minPassingTests, minFailingTests, repeats, timeoutMs: Math.round(timeout * 1000) };
}
