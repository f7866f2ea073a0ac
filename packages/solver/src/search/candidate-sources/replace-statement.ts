import { adaptCode } from '../adapt.js';
import type { CandidateEdit, CandidateSource } from '../candidate-source.js';
import { reindent, statementsOf } from '../statements.js';
import { similarity, tokensOf } from '../tokens.js';

const MIN_SIMILARITY = 0.5;
const MAX_LINES = 12;

/** Puts a similar statement of a similar function, or of the same one, in the place of a statement. */
export const replaceStatement: CandidateSource = {
  name: 'replace-statement',
  weight: () => 0.7,
  candidates(target, donors) {
    const edits: CandidateEdit[] = [];
    const donated = [target, ...donors].flatMap((donor) =>
      statementsOf(donor)
        .filter(({ text }) => text.split('\n').length <= MAX_LINES)
        .flatMap(({ text, indentation = '' }) =>
          adaptCode(text, donor, target).map((code) => ({ code, indentation, tokens: tokensOf(code) })),
        ),
    );
    for (const statement of statementsOf(target)) {
      if (statement.indentation === undefined) continue;
      const tokens = tokensOf(statement.text);
      const seen = new Set([statement.text]);
      for (const { code, indentation, tokens: others } of donated) {
        const replacement = reindent(code, indentation, statement.indentation);
        if (seen.has(replacement) || similarity(tokens, others) < MIN_SIMILARITY) continue;
        seen.add(replacement);
        edits.push({ start: statement.start, end: statement.end, replacement });
      }
    }
    return edits;
  },
};
