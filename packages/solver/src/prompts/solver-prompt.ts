import type { Message } from '@swe-selfplay/adapter';
import type { TaskView } from '../solver-task.js';

const INSTRUCTIONS = `You are working in a repository that has a bug. Its tests were weakened, so that they do not show it.
Change the code so that the tests pass once the patch below is applied to them. You need not apply it yourself: the
tests are put in place before your work is judged, and changes to them or to the configuration of the test runner do
not count. Use the bash tool to look around, run code and edit files, and the submit tool when you are done.`;

/** What a policy is told of a task: what to do, and the reversed weakening as the only specification. */
export function solverPrompt(view: TaskView): readonly Message[] {
  const specification = Buffer.from(view.specificationText).toString('utf8');
  return [
    { role: 'system', text: INSTRUCTIONS },
    { role: 'user', text: `The patch that the tests will get:\n\n${specification}` },
  ];
}
