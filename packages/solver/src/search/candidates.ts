import type { CandidateEdit, CandidateSource, LocatedFunction } from './candidate-source.js';
import { deleteStatement } from './candidate-sources/delete-statement.js';
import { insertStatement } from './candidate-sources/insert-statement.js';
import { inverseOperators } from './candidate-sources/inverse-operators.js';
import { replaceBody } from './candidate-sources/replace-body.js';
import { replaceStatement } from './candidate-sources/replace-statement.js';

export const CANDIDATE_SOURCES: readonly CandidateSource[] = [
  ...inverseOperators,
  replaceStatement,
  insertStatement,
  deleteStatement,
  replaceBody,
];

/** A repair to try: one edit of one file. */
export interface Candidate extends CandidateEdit {
  readonly path: string;
  /** The function that it changes, for the record. */
  readonly functionName: string;
  readonly source: string;
  /** How often it is drawn against others. */
  readonly weight: number;
}

/**
 * All repairs for one suspect. Its suspicion is shared out among the sources by their weights, and the share of a
 * source evenly among its repairs: a long function does not crowd out a short one.
 */
export function candidatesFor(
  target: LocatedFunction,
  suspicion: number,
  donors: readonly LocatedFunction[],
): Candidate[] {
  const bySource = CANDIDATE_SOURCES.map((source) => ({
    source,
    weight: source.weight(target),
    edits: source.candidates(target, donors).filter((edit) => changesSomething(target, edit)),
  })).filter(({ edits }) => edits.length > 0);
  const totalWeight = bySource.reduce((sum, { weight }) => sum + weight, 0);
  return bySource.flatMap(({ source, weight, edits }) =>
    edits.map(({ start, end, replacement }) => ({
      start,
      end,
      replacement,
      path: target.path,
      functionName: target.definition.qualifiedName,
      source: source.name,
      weight: (suspicion * weight) / (totalWeight * edits.length),
    })),
  );
}

function changesSomething({ module }: LocatedFunction, { start, end, replacement }: CandidateEdit): boolean {
  return module.source.slice(start, end) !== replacement;
}
