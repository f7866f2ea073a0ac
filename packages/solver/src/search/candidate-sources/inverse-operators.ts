import { OPERATORS } from '@swe-selfplay/python';
import type { CandidateSource } from '../candidate-source.js';

const REVERSIBLE_WEIGHT = 0.5;
const OTHER_WEIGHT = 0.1;

/** What an operator broke, an operator can mend: each operator is a source of its own, so that all get their turn. */
export const inverseOperators: readonly CandidateSource[] = OPERATORS.map((operator) => ({
  name: operator.name,
  weight: () => (operator.isReversible ? REVERSIBLE_WEIGHT : OTHER_WEIGHT),
  candidates: ({ definition, module }) => operator.edits(definition, module),
}));
