import type { StatementKind } from '../statements/statement.js';

/** The three things that SWE-Swiss teaches apart: find the files, repair them, write a test. */
export type TrainingKind = 'localise' | 'repair' | 'write-test';

/** A test function that the bug breaks, as it is in the original. */
export interface GoldFunction {
  readonly path: string;
  readonly name: string;
  readonly source: string;
}

/** Where a training task comes from; keys as on disk. */
export interface TrainingProvenance {
  readonly task_id: string;
  readonly order: 1 | 2;
  readonly parent?: string;
  readonly source_attempt?: string;
  readonly artifact_id?: string;
  readonly strategy?: string;
  readonly statement: StatementKind;
}

interface TrainingTaskOf<Kind extends TrainingKind, Target> {
  /** Equal for equal tasks, whenever they are made. */
  readonly id: string;
  readonly kind: Kind;
  readonly prompt: string;
  readonly target: Target;
  readonly provenance: TrainingProvenance;
}

/** One question with what is known to be right; JSON as it stands, with keys as on disk. */
export type TrainingTask =
  | TrainingTaskOf<'localise', { /** Sorted. */ readonly files: readonly string[] }>
  | TrainingTaskOf<
      'repair',
      {
        /** The files that the prompt shows. */
        readonly files: readonly string[];
        /** The bug undone, as a git diff to the task. */
        readonly patch: string;
        /** The same as search/replace blocks; null where blocks cannot say it. */
        readonly blocks: string | null;
      }
    >
  | TrainingTaskOf<'write-test', { readonly functions: readonly GoldFunction[] }>;

/** An answer worth imitating, as trainers take conversations. */
export interface SftLine {
  readonly id: string;
  readonly kind: TrainingKind;
  readonly messages: readonly [
    { readonly role: 'user'; readonly content: string },
    { readonly role: 'assistant'; readonly content: string },
  ];
  readonly provenance: TrainingProvenance;
}

/** One line of an answer that passed its filter; `number` tells answers to one task apart. */
export function sftLine(task: TrainingTask, answer: string, number: number): SftLine {
  const messages = [
    { role: 'user', content: task.prompt },
    { role: 'assistant', content: answer },
  ] as const;
  return { id: `${task.id}-${number}`, kind: task.kind, messages, provenance: task.provenance };
}

/** Records as JSON lines, each with its end. */
export function printJsonLines(records: readonly (TrainingTask | SftLine)[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
