import {
  type Conversation,
  createNebiusToolSet,
  createPolicySolver,
  createR2eToolSet,
  createScriptedPolicy,
  createSkyRlToolSet,
  createSweAgentToolSet,
  evaluatePatch,
  lastObservations,
  openSession,
  type ScriptStep,
  type Session,
  type ToolSet,
  type Trajectory,
  withHints,
  withHistory,
} from 'swe-selfplay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RIGHT, type TallybookTask, tallybookTask, WRONG } from '../packages/methods/test-support/tallybook-task.js';

const FILE = 'tallybook/dates.py';
const EXPRESSION = 'min(day.day, days_in_month(day.year, day.month))';

let given: TallybookTask;
let session: Session;
beforeAll(async () => {
  [given, session] = await Promise.all([tallybookTask(), openSession()]);
});
afterAll(() => session?.close());

/** A turn that calls one tool, its input written as text. */
function call(tool: string, input: string | ((conversation: Conversation) => unknown)): ScriptStep {
  return (conversation) => ({
    toolCalls: [{ tool, input: typeof input === 'string' ? input : input(conversation) }],
  });
}

/** The line that the last reply names. */
function lineIn({ messages }: Conversation): string {
  const text = messages.at(-1)!.text;
  return /(\d+):? *return date\(year, month, min\(day\.day/.exec(text)?.[1] ?? text;
}

const hinted = (toolSet: ToolSet) => withHints(toolSet);

test.each<readonly [string, ToolSet, readonly ScriptStep[]]>([
  [
    'swe-agent',
    hinted(createSweAgentToolSet()),
    [
      call('search_dir', 'days_in_month(day.year tallybook'),
      call('open', FILE),
      call('search_file', `"${EXPRESSION}"`),
      // A line that does not parse is refused and leaves the file as it was.
      call('edit', (conversation) => `${lineIn(conversation)}:${lineIn(conversation)}\n    return date(\nend_of_edit`),
      call('search_file', `"${EXPRESSION}"`),
      call('edit', (conversation) => `${lineIn(conversation)}:${lineIn(conversation)}\n${RIGHT}\nend_of_edit`),
      call('submit', ''),
    ],
  ],
  [
    'nebius',
    createNebiusToolSet(),
    [
      call('open', FILE),
      call('search_file', `"${EXPRESSION}"`),
      call(
        'edit',
        (conversation) => `--file ${FILE} ${lineIn(conversation)}:${lineIn(conversation)}\n${RIGHT}\nend_of_edit`,
      ),
      call('submit', ''),
    ],
  ],
  [
    'r2e',
    createR2eToolSet(),
    [
      call('search', () => ({ search_term: EXPRESSION, path: 'tallybook' })),
      call('file_editor', () => ({
        command: 'str_replace',
        path: `/workspace/${FILE}`,
        old_str: WRONG,
        new_str: RIGHT,
      })),
      call('finish', ''),
    ],
  ],
  [
    'skyrl',
    createSkyRlToolSet(),
    [
      call('search', `term: ${FILE}:add_months`),
      call('edit', `${FILE}\n<<<<<<< SEARCH\n${WRONG}\n=======\n${RIGHT}\n>>>>>>> REPLACE`),
      call('submit', ''),
    ],
  ],
])('a policy mends a bug with the tools of %s', async (_, toolSet, steps) => {
  let played: Trajectory | undefined;
  const policy = withHistory(createScriptedPolicy(steps), lastObservations());
  const outcome = await createPolicySolver(policy, { toolSet }).solve(given.task.view, {
    ...{ ...session, seed: 1 },
    onTrajectory: (trajectory) => {
      played = trajectory;
    },
  });
  const said = played!.messages.map(({ role, text }) => `${role}: ${text}`).join('\n\n');
  expect(played!.end.status, said).toBe('submitted');
  expect(played!.formatErrors, said).toBe(0);
  if (outcome.status !== 'submitted') throw new TypeError(outcome.reason);
  const evaluation = await evaluatePatch(given.task.grading, outcome.predPatch, session);
  expect([evaluation.status, evaluation.flags]).toEqual(['solved', []]);
});
