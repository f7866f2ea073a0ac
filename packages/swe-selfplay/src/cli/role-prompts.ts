import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PromptError, readPrompt } from '@swe-selfplay/adapter';
import type { Snapshot } from '@swe-selfplay/artifact';
import {
  DEFAULT_RULES,
  INJECTOR_PROMPTS,
  type InjectorPrompts,
  readDefaultPrompts,
  renderInjectorPrompt,
} from '@swe-selfplay/injector';
import { readSolverPrompts, renderSolverPrompt, SOLVER_PROMPTS, type SolverPrompts } from '@swe-selfplay/solver';
import { UsageError } from './exit-code.js';
import { nearest } from './parse-option.js';

const NAMES: readonly string[] = [...INJECTOR_PROMPTS, ...SOLVER_PROMPTS];

/** The prompts of a directory that holds those of both roles; undefined where it has none for a role. */
export interface RolePrompts {
  readonly injector: Partial<InjectorPrompts> | undefined;
  readonly solver: SolverPrompts | undefined;
}

/**
 * Reads the prompts that replace ours, and tries each, so that a slip shows before a model is asked anything.
 * Throws UsageError that names the file.
 */
export function readRolePrompts(directory: string, original: Snapshot): RolePrompts {
  const own = readAll(directory);
  const ofInjector = Object.entries(own).filter(([name]) => INJECTOR_PROMPTS.some((known) => known === name));
  const ofSolver = Object.entries(own).filter(([name]) => SOLVER_PROMPTS.some((known) => known === name));
  for (const [name, text] of ofInjector)
    tryOut(directory, name, () => renderInjector({ ...readDefaultPrompts(), [name]: text }, original));
  for (const [name, text] of ofSolver)
    tryOut(directory, name, () => renderSolver({ ...readSolverPrompts(), [name]: text }));
  return {
    injector: ofInjector.length === 0 ? undefined : Object.fromEntries(ofInjector),
    solver: ofSolver.length === 0 ? undefined : { ...readSolverPrompts(), ...Object.fromEntries(ofSolver) },
  };
}

function readAll(directory: string): Readonly<Record<string, string>> {
  let files: string[];
  try {
    files = readdirSync(directory).filter((file) => file.endsWith('.md') && file !== 'README.md');
  } catch (cause) {
    throw new UsageError(`Expected --prompts to name a directory; ${(cause as Error).message}`, { cause });
  }
  if (files.length === 0)
    throw new UsageError(`Expected --prompts to name a directory with prompts; ${directory} holds no Markdown file.`);
  return Object.fromEntries(
    files.map((file) => {
      const name = file.slice(0, -'.md'.length);
      if (!NAMES.includes(name)) throw new UsageError(unknownName(join(directory, file), name));
      return [name, tryOut(directory, name, () => readPrompt(join(directory, file)))];
    }),
  );
}

function unknownName(path: string, name: string): string {
  const near = nearest(name, NAMES);
  const hint = near === undefined ? ` The prompts are ${NAMES.join(', ')}.` : ` Did you mean ${near}.md?`;
  return `Expected the name of a prompt, got ${path}.${hint}`;
}

function tryOut<Result>(directory: string, name: string, attempt: () => Result): Result {
  try {
    return attempt();
  } catch (cause) {
    if (!(cause instanceof PromptError)) throw cause;
    throw new UsageError(`The prompt ${join(directory, `${name}.md`)} cannot be used: ${cause.message}`, { cause });
  }
}

/** In every form that it may be sent in. */
function renderInjector(prompts: InjectorPrompts, original: Snapshot): void {
  for (const strategy of ['direct', 'removal', 'history'] as const)
    for (const git of ['history', 'commit', 'none'] as const)
      renderInjectorPrompt({ strategy, git, rules: DEFAULT_RULES, maxChecks: 1, original }, prompts);
}

function renderSolver(prompts: SolverPrompts): void {
  const values = { repository: '/', specificationFile: '/', maxTurns: 1, timeoutMinutes: 1 };
  for (const order of [1, 2] as const)
    renderSolverPrompt({ order, specificationText: new Uint8Array() }, prompts, values);
}
