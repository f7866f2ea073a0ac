import type { EvaluationFlag } from '@swe-selfplay/evaluation';
import { type Check, PROFILES, type ProfileName, rulesUnder, type ValidationRules } from '@swe-selfplay/injector';
import type { Command } from 'commander';
import { choice, numberIn } from './parse-option.js';

/** Options of every command that validates; undefined: as the profile has it. */
export interface RuleFlags {
  readonly profile: ProfileName;
  readonly minChangedFiles?: number;
  readonly minPassingTests?: number;
  readonly minFailingTests?: number;
  readonly repeats?: number;
  /** Seconds. */
  readonly timeout?: number;
}

export function addRuleOptions(command: Command): Command {
  const positive = numberIn({ min: 1 });
  const timeout = numberIn({ min: 0.001, max: 86_400, isWhole: false });
  const { rules } = PROFILES.default;
  const strict = PROFILES.strict.rules;
  const profile = choice('--profile <name>', 'how much is asked of bugs and patches', Object.keys(PROFILES));
  return command
    .optionsGroup('What a valid bug and a solved task are:')
    .addOption(profile.default('default'))
    .option('--min-changed-files <n>', `files that the bug must change (default: ${rules.minChangedFiles})`, positive)
    .option(
      '--min-passing-tests <n>',
      `tests that must pass without the bug (default: ${rules.minPassingTests})`,
      positive,
    )
    .option('--min-failing-tests <n>', `tests that the bug must break (default: ${rules.minFailingTests})`, positive)
    .option(
      '--repeats <n>',
      `runs that must agree (default: ${rules.repeats}, strict: ${strict.repeats})`,
      numberIn({ min: 1, max: 1000 }),
    )
    .option(
      '--timeout <seconds>',
      `time that one run of the suite may take (default: ${rules.timeoutMs / 1000})`,
      timeout,
    );
}

/** The rules of the profile, with those that were named on the command line. */
export function rulesOf(flags: RuleFlags): ValidationRules {
  const { profile, minChangedFiles, minPassingTests, minFailingTests, repeats, timeout } = flags;
  const timeoutMs = timeout === undefined ? undefined : Math.round(timeout * 1000);
  return rulesUnder(profile, { minChangedFiles, minPassingTests, minFailingTests, repeats, timeoutMs });
}

export function checksOf({ profile }: RuleFlags): readonly Check[] {
  return PROFILES[profile].checks;
}

export function refusedFlagsOf({ profile }: RuleFlags): readonly EvaluationFlag[] {
  return PROFILES[profile].refusedFlags;
}
