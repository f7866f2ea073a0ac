import type { TestRunner } from '@swe-selfplay/evaluation';
import type { TaskView } from '@swe-selfplay/solver';
import type { SelectionTask } from '../evidence/evidence.js';
import { type DescribeSymptomsOptions, describeSymptoms } from './describe-symptoms.js';
import { fenced } from './printable-text.js';
import { describeSpecification, type Statement } from './statement.js';

/** Says what a role is told of a task that it meets. */
export type StatementSource = (
  view: TaskView,
  options: { readonly runner: TestRunner; readonly signal?: AbortSignal | undefined },
) => Promise<Statement>;

/** The restored tests as a patch. */
export const specificationSource: StatementSource = async (view) => describeSpecification(view);

/** What the failing tests of tasks with this suite say; see `describeSymptoms`. */
export function symptomsSource(
  suite: Pick<SelectionTask, 'testCommand' | 'testFiles'>,
  bounds: Omit<DescribeSymptomsOptions, 'runner' | 'signal'> = {},
): StatementSource {
  return (view, options) => describeSymptoms({ ...suite, view }, { ...bounds, ...options });
}

/** A statement as part of a prompt: what code under test printed stands between fences. */
export function shownStatement({ text, kind }: Statement): string {
  return kind === 'symptoms' ? fenced(text, 'text') : text.trim();
}
