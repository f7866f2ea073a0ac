import { type Policy, readPrompt, renderPrompt } from '@swe-selfplay/adapter';
import type { SelectionTask } from '../evidence/evidence.js';
import { type ContextBounds, chooseFiles, showFiles } from '../roles/code-context.js';
import { type CompleteOptions, complete } from '../roles/complete.js';
import { lastCodeBlock } from '../roles/last-code-block.js';
import type { WrittenFileOutcome } from '../roles/test-rollout.js';
import type { Statement } from '../statements/statement.js';
import { shownStatement } from '../statements/statement-source.js';

const MAX_EXAMPLE_CHARACTERS = 12_000;

export interface TestCompletion {
  readonly id: string;
  readonly policy: Policy;
  readonly task: SelectionTask;
  readonly statement: Statement;
  /** Where the file will stand. */
  readonly path: string;
  readonly options: ContextBounds & Pick<CompleteOptions, 'timeoutMs' | 'onCompletion'>;
  readonly signal?: AbortSignal | undefined;
}

/** Asks a policy which files matter and then, with these and an example before it, for a test file. Throws as `complete`. */
export async function testByCompletion(request: TestCompletion): Promise<WrittenFileOutcome> {
  const { id, policy, task, statement, path, options, signal } = request;
  const { snapshot } = task.view;
  const said = shownStatement(statement);
  const asking = { timeoutMs: options.timeoutMs, onCompletion: options.onCompletion, signal };
  const choice = { template: prompt('localise'), statement: said, bounds: options };
  const paths = await chooseFiles(policy, snapshot, choice, { ...asking, rolloutId: `${id}-localise` });
  const files = await showFiles(snapshot, paths, options);
  const example = await showFiles(snapshot, task.testFiles.slice(0, 1), { maxFileCharacters: MAX_EXAMPLE_CHARACTERS });
  const values = { statement: said, files, example, path };
  const question = renderPrompt(prompt('write-test-once'), values, { required: ['statement', 'path'] });
  const answer = await complete(policy, question, { ...asking, rolloutId: `${id}-write` });
  if (answer.status === 'gave-up') return answer;
  const text = lastCodeBlock(answer.text);
  if (text === undefined) return { status: 'gave-up', reason: 'The answer holds no file between fences.' };
  return { status: 'written', path, content: Buffer.from(text) };
}

function prompt(name: string): string {
  return readPrompt(new URL(`../../prompts/kimi-dev/${name}.md`, import.meta.url));
}
