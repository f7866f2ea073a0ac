import type { AnyTool, Tool, ToolPlace } from '@swe-selfplay/adapter';
import { createSubmitTool } from '@swe-selfplay/adapter';
import { ARTIFACT_FILES, type Environment, EnvironmentError } from '@swe-selfplay/artifact';
import { EvaluationError } from '@swe-selfplay/evaluation';
import type { CheckVerdict } from './check.js';
import { CHECK_HINTS } from './check-hints.js';
import { readSubmission } from './read-submission.js';
import { type ValidateOptions, type ValidationReport, validateArtifact } from './validate-artifact.js';

export interface CheckToolOptions extends Pick<ValidateOptions, 'runner' | 'rules' | 'guardRules' | 'checks'> {
  readonly environment: Environment;
  /** Validations in one episode. What is no artifact, or fails for reasons of the sandbox, is not counted. */
  readonly max: number;
}

const MAX_REASON_LENGTH = 2000;
const NOT_CHECKED = 'This could not be checked, which is not your fault and says nothing about the artifact';

/**
 * The tool that validates the five files as they are now, as a submission of them would be: in fresh sandboxes, under
 * the same rules. It says no more than validation gives as its reasons. One tool is for one episode.
 */
export function createCheckTool(options: CheckToolOptions): AnyTool {
  const { max } = options;
  // The input of the submit tool, so that what was checked can be handed in as it stands.
  const { input, text } = createSubmitTool({ kind: 'files', names: ARTIFACT_FILES }) as Tool<{ paths: string[] }>;
  let used = 0;
  return {
    name: 'check',
    description:
      `Judges the five files ${ARTIFACT_FILES.join(', ')}, given by their paths, by all rules and says what is wrong ` +
      `with them. Hands in nothing. Can be used ${max} times.`,
    input,
    ...(text && { text }),
    async execute({ paths }: { paths: string[] }, { sandbox, signal }: ToolPlace) {
      if (used >= max) return replied(`All ${max} checks are used up. Submit the five files when you are done.`);
      try {
        const reading = await readSubmission(sandbox, paths, signal);
        if (reading.status === 'malformed') return replied(describeProblems(reading.problems));
        const { environment, runner, rules, guardRules, checks } = options;
        const judged = { runner, rules, guardRules, checks, signal };
        const report = await validateArtifact(reading.artifact, environment, judged);
        if (report.status !== 'infra') used += 1;
        return replied(`${describeReport(report)}\n\nChecks left: ${max - used} of ${max}.`);
      } catch (error) {
        // The rollout sees to its end itself.
        if (signal.aborted) return replied('The check was cancelled.');
        if (error instanceof EvaluationError || error instanceof EnvironmentError)
          return replied(`${NOT_CHECKED}: ${shorten(error.message)}`);
        throw error;
      }
    },
  };
}

function replied(text: string): { status: 'replied'; text: string } {
  return { status: 'replied', text };
}

function describeProblems(problems: readonly string[]): string {
  return [
    'This is no bug artifact, so nothing was run:',
    ...problems.slice(0, 10).map((problem) => `- ${shorten(problem)}`),
    'Mend this first, then check again.',
  ].join('\n');
}

/** A validation for the policy to read: each check with its reason, the counts, and what to mend first. */
export function describeReport(report: ValidationReport): string {
  const { status, checks, failToPass, passToPass } = report;
  const culprit = checks.find((check) => check.status === 'failed' || check.status === 'error');
  const hint = culprit && CHECK_HINTS[culprit.id];
  const lines = [
    status === 'valid'
      ? 'The artifact is valid: all checks hold. Submit these five files.'
      : status === 'infra'
        ? `${NOT_CHECKED}. Try again, or submit.`
        : 'The artifact is not valid.',
    '',
    ...checks.map(describeVerdict),
  ];
  if (failToPass.length + passToPass.length > 0)
    lines.push('', `The bug breaks ${failToPass.length} tests; ${passToPass.length} pass with it and without it.`);
  if (status === 'invalid' && culprit !== undefined)
    lines.push('', `Mend ${culprit.id} first.${hint === undefined ? '' : ` ${hint}`}`);
  return lines.join('\n');
}

function describeVerdict({ id, status, reason }: CheckVerdict): string {
  return `- ${id}: ${status}. ${shorten(reason)}`;
}

function shorten(text: string): string {
  return text.length <= MAX_REASON_LENGTH ? text : `${text.slice(0, MAX_REASON_LENGTH)} [...]`;
}
