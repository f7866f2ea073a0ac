import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Message, readPrompt, renderPrompt } from '@swe-selfplay/adapter';
import { SolverError } from './solver-error.js';
import type { TaskView } from './solver-task.js';

/** The prompts of a solver, each a template in a Markdown file: for a bug of order 1, and for one of order 2. */
export const SOLVER_PROMPTS = ['solve', 'solve-order-2'] as const;

export type SolverPromptName = (typeof SOLVER_PROMPTS)[number];

export type SolverPrompts = Readonly<Record<SolverPromptName, string>>;

/** What a template may use as `{{name}}`, besides `{{specification}}`, which it must use. */
export interface SolverPromptValues {
  /** Where the repository lies, as commands name it. */
  readonly repository: string;
  /** A file with the text of the specification, as commands name it. */
  readonly specificationFile: string;
  readonly maxTurns: number;
  readonly timeoutMinutes: number;
}

const SHIPPED = fileURLToPath(new URL('../prompts', import.meta.url));

/**
 * The prompts of a directory, as `NAME.md`; those that are not there are ours, and so are all without a directory. Other
 * Markdown files are refused, so that a wrong name is not taken for a prompt in use. Throws SolverError
 * `invalid-options` and, for a template that cannot be read or used, PromptError.
 */
export function readSolverPrompts(directory: string = SHIPPED): SolverPrompts {
  const names = namesIn(directory);
  const read = (name: SolverPromptName) =>
    readPrompt(join(names.includes(`${name}.md`) ? directory : SHIPPED, `${name}.md`));
  const prompts = { solve: read('solve'), 'solve-order-2': read('solve-order-2') };
  assertUsable(prompts);
  return prompts;
}

function namesIn(directory: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.md') && name !== 'README.md');
  } catch (error) {
    throw new SolverError('invalid-options', `Expected a directory of prompts, got ${directory}.`, { cause: error });
  }
  const expected = SOLVER_PROMPTS.map((name) => `${name}.md`);
  const unknown = names.filter((name) => !expected.includes(name));
  if (unknown.length === 0) return names;
  throw new SolverError('invalid-options', `Expected prompts named ${expected.join(', ')}, got ${unknown.join(', ')}.`);
}

/** Throws PromptError for a template that asks for what nobody gives, or leaves out the specification. */
export function assertUsable(prompts: SolverPrompts): void {
  const values = { repository: '/', specificationFile: '/', maxTurns: 1, timeoutMinutes: 1 };
  for (const name of SOLVER_PROMPTS) render(prompts[name], '', values);
}

/**
 * What a conversation with a solver starts with: what to do, how it is judged, and the reversed weakening as the only
 * specification. Equal arguments give equal bytes. Throws PromptError.
 */
export function renderSolverPrompt(
  view: Pick<TaskView, 'order' | 'specificationText'>,
  prompts: SolverPrompts,
  values: SolverPromptValues,
): readonly Message[] {
  const specification = Buffer.from(view.specificationText).toString('utf8');
  const template = prompts[view.order === 1 ? 'solve' : 'solve-order-2'];
  return [{ role: 'user', text: render(template, specification, values) }];
}

function render(template: string, specification: string, values: SolverPromptValues): string {
  return renderPrompt(
    template,
    { ...values, specification: fenceDiff(specification) },
    { required: ['specification'] },
  ).trim();
}

/** The fence is longer than any run of backticks in the text, so nothing in the text can close it. */
function fenceDiff(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}
