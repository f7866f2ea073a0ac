import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPrompt } from '@swe-selfplay/adapter';
import { InjectorError } from './injector-error.js';

/**
 * The prompts of an injector, each a template in a Markdown file. `direct`, `removal` and `history` are what it is told
 * for these strategies; they include the others by placeholders of their names, and one of the `repository-…` files as
 * `{{repository}}`.
 */
export const INJECTOR_PROMPTS = [
  'system',
  'direct',
  'removal',
  'history',
  'task',
  'repository-with-history',
  'repository-with-commit',
  'repository-without-git',
  'steps',
  'check',
  'artifact',
  'rules',
] as const;

export type InjectorPromptName = (typeof INJECTOR_PROMPTS)[number];

export type InjectorPrompts = Readonly<Record<InjectorPromptName, string>>;

const SHIPPED = fileURLToPath(new URL('../prompts', import.meta.url));

/** Our own prompts. Throws PromptError where they cannot be read. */
export function readDefaultPrompts(): InjectorPrompts {
  return Object.fromEntries(INJECTOR_PROMPTS.map((name) => [name, readPrompt(join(SHIPPED, `${name}.md`))])) as Record<
    InjectorPromptName,
    string
  >;
}

/**
 * The prompts of a directory, as `NAME.md`; those that are not there stay ours. Other Markdown files but README.md are
 * refused, so that a wrong name is not taken for a prompt that is in use. Throws InjectorError `invalid-options` and PromptError.
 */
export function readInjectorPrompts(directory: string): Partial<InjectorPrompts> {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.md') && name !== 'README.md');
  } catch (error) {
    throw new InjectorError('invalid-options', `Expected a directory of prompts, got ${directory}.`, { cause: error });
  }
  const prompts = Object.fromEntries(names.map((name) => [name.slice(0, -3), readPrompt(join(directory, name))]));
  assertPromptNames(prompts);
  return prompts;
}

/** Throws InjectorError `invalid-options` for a name that is no prompt's, and for a prompt that is no text. */
export function assertPromptNames(prompts: Partial<InjectorPrompts>): void {
  const unknown = Object.keys(prompts).filter((name) => !INJECTOR_PROMPTS.some((known) => known === name));
  const empty = Object.entries(prompts).find(([, text]) => typeof text !== 'string');
  if (unknown.length === 0 && empty === undefined) return;
  if (empty !== undefined) throw new InjectorError('invalid-options', `Expected a text for the prompt ${empty[0]}.`);
  const message = `Expected prompts with the names ${INJECTOR_PROMPTS.join(', ')}, got ${unknown.join(', ')}.`;
  throw new InjectorError('invalid-options', message);
}
