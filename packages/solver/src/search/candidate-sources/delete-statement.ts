import type { CandidateSource } from '../candidate-source.js';
import { statementsOf } from '../statements.js';

/** Takes a statement out; the last one of a block gives way to `pass`. */
export const deleteStatement: CandidateSource = {
  name: 'delete-statement',
  weight: () => 0.4,
  candidates: (target) =>
    statementsOf(target)
      .filter(({ text }) => text !== 'pass')
      .map(({ start, end }) => ({ start, end, replacement: 'pass' })),
};
