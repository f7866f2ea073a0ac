import type { Check } from './check.js';
import { failShare } from './checks/strict/fail-share.js';
import { failingTestsShown } from './checks/strict/failing-tests-shown.js';
import { neutralEdit } from './checks/strict/neutral-edit.js';
import { noBuildBreak } from './checks/strict/no-build-break.js';
import { noHints } from './checks/strict/no-hints.js';
import { noObfuscation } from './checks/strict/no-obfuscation.js';
import { noPadding } from './checks/strict/no-padding.js';
import { secondWitness } from './checks/strict/second-witness.js';
import { weakeningHidesAll } from './checks/strict/weakening-hides-all.js';
import { weakeningOnlyLoosens } from './checks/strict/weakening-only-loosens.js';
import { DEFAULT_CHECKS } from './default-checks.js';
import { type ValidationRules, validationRulesSchema } from './validation-rules.js';

const STAGES = ['static', 'original', 'buggy', 'weakened', 'reverted', 'neutral'] as const;

/** The nine checks and the rules of quality, cheap ones first: each comes behind the nine of its own stage. */
export const STRICT_CHECKS: readonly Check[] = byStage([
  ...DEFAULT_CHECKS,
  noPadding,
  noHints,
  noObfuscation,
  weakeningOnlyLoosens,
  noBuildBreak,
  failShare,
  failingTestsShown,
  weakeningHidesAll,
  secondWitness,
  neutralEdit,
]);

/** What the strict profile asks of a bug; the rest is as by default. */
export const STRICT_RULES: ValidationRules = validationRulesSchema.parse({
  repeats: 50,
  varyTimeZone: true,
  maxFailToPassShare: 0.5,
});

function byStage(checks: readonly Check[]): readonly Check[] {
  return STAGES.flatMap((stage) => checks.filter((check) => check.stage === stage));
}
