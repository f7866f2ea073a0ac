import type { TaskView } from '@swe-selfplay/solver';
import type { SelectionTask } from '../evidence/evidence.js';
import { type DescribeSymptomsOptions, describeSymptoms } from './describe-symptoms.js';
import { fenced } from './printable-text.js';

/**
 * What a role is told of a task, as Markdown. `symptoms`: what its failing tests say, not how they are written, in the
 * place of an issue; `specification`: the restored tests as a patch, which is what the solvers of SSR get.
 */
export type StatementKind = 'symptoms' | 'specification';

export interface Statement {
  readonly text: string;
  readonly kind: StatementKind;
}

/** The statement of that kind; `symptoms` run the tests once. Throws as `describeSymptoms`. */
export async function statementOf(
  task: SelectionTask,
  kind: StatementKind,
  options: DescribeSymptomsOptions,
): Promise<Statement> {
  return kind === 'symptoms' ? describeSymptoms(task, options) : describeSpecification(task.view);
}

/** The reversed weakening of a task, as a diff between fences. */
export function describeSpecification({ specificationText }: Pick<TaskView, 'specificationText'>): Statement {
  const diff = Buffer.from(specificationText).toString('utf8');
  const text = `The tests are to become what this patch makes of them, and the code does not pass them yet:\n\n${fenced(diff, 'diff')}\n`;
  return { kind: 'specification', text };
}
