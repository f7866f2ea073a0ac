import type { TestRun } from '@swe-selfplay/evaluation';
import type { ValidationRules } from './validation-rules.js';

const SHOWN_BYTES = 2000;

/** How a run that did not exit by itself ended, to follow the name of what ran. */
export function endingSentence(run: TestRun, rules: ValidationRules): string {
  switch (run.script.ending) {
    case 'exited':
      return 'ended by itself';
    case 'timed-out':
      return `did not end within ${rules.timeoutMs / 1000} s`;
    case 'output-exceeded':
      return 'printed more than the output limit allows';
    case 'memory-exceeded':
      return 'used more memory than its limit allows';
  }
}

/** The last lines of a raw output, for a person who looks for the cause. */
export function endOfOutput(run: TestRun): string {
  const { output } = run.script;
  return Buffer.from(output.subarray(Math.max(0, output.length - SHOWN_BYTES))).toString('utf8');
}
