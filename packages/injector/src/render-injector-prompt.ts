import { type Message, renderPrompt } from '@swe-selfplay/adapter';
import { listPaths, type Snapshot } from '@swe-selfplay/artifact';
import { type GuardRule, guardedFiles } from '@swe-selfplay/evaluation';
import type { InjectorPromptName, InjectorPrompts } from './injector-prompts.js';
import { ARTIFACT_DIRECTORY, type WorkspaceGit } from './injector-workspace.js';
import type { PolicyStrategy } from './policy-strategy.js';
import type { ValidationRules } from './validation-rules.js';

export interface InjectorPromptSubject {
  readonly strategy: PolicyStrategy;
  readonly git: WorkspaceGit['kind'];
  readonly rules: ValidationRules;
  /** How often the `check` tool may be used; 0: it is not there. */
  readonly maxChecks: number;
  readonly original: Snapshot;
  readonly guardRules?: readonly GuardRule[] | undefined;
}

const MAX_LISTED_FILES = 20;

const REPOSITORY: Readonly<Record<WorkspaceGit['kind'], InjectorPromptName>> = {
  history: 'repository-with-history',
  commit: 'repository-with-commit',
  none: 'repository-without-git',
};

/**
 * What a conversation with an injector starts with; equal subjects and prompts give equal bytes. Throws PromptError
 * `unknown-placeholder` for a template that asks for a value which is not there.
 */
export function renderInjectorPrompt(subject: InjectorPromptSubject, prompts: InjectorPrompts): readonly Message[] {
  const { rules, maxChecks } = subject;
  const values = {
    artifactDirectory: ARTIFACT_DIRECTORY,
    minPassingTests: rules.minPassingTests,
    minChangedFiles: rules.minChangedFiles,
    minFailingTests: rules.minFailingTests,
    repeats: rules.repeats,
    maxFlakyPercent: Number((rules.maxFlakyShare * 100).toFixed(3)),
    timeoutMs: rules.timeoutMs,
    timeoutSeconds: rules.timeoutMs / 1000,
    maxChecks,
    guardedFiles: guardedHere(subject),
  };
  const part = (name: InjectorPromptName) => renderPrompt(prompts[name], values).trim();
  const check = maxChecks === 0 ? '' : part('check');
  const parts = {
    ...values,
    task: part('task'),
    repository: part(REPOSITORY[subject.git]),
    steps: renderPrompt(prompts.steps, { ...values, check }).trim(),
    check,
    artifact: part('artifact'),
    rules: part('rules'),
  };
  return [
    { role: 'system', text: part('system') },
    { role: 'user', text: renderPrompt(prompts[subject.strategy], parts).trim() },
  ];
}

/** A sentence that names the guarded files of the repository, whatever the rules in force are. */
function guardedHere({ original, guardRules }: InjectorPromptSubject): string {
  const paths = listPaths(original);
  const trees = { original: paths, candidate: paths };
  const guarded = guardedFiles(paths, trees, { testFiles: [], ...(guardRules && { rules: guardRules }) });
  if (guarded.length === 0) return 'This repository has none of them now.';
  const more = guarded.length - MAX_LISTED_FILES;
  const listed = guarded.slice(0, MAX_LISTED_FILES).join(', ');
  return `In this repository these are: ${listed}${more > 0 ? ` and ${more} more` : ''}.`;
}
