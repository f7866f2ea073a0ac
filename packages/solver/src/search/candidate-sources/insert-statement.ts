import { adaptCode } from '../adapt.js';
import type { CandidateEdit, CandidateSource } from '../candidate-source.js';
import { reindent, statementsOf } from '../statements.js';

const MAX_LINES = 8;

/** Puts a statement of a similar function in front of a statement: guards and steps that may have been taken out. */
export const insertStatement: CandidateSource = {
  name: 'insert-statement',
  weight: () => 0.7,
  candidates(target, donors) {
    const present = new Set(statementsOf(target).map(({ text }) => text));
    const donated = donors.flatMap((donor) =>
      statementsOf(donor)
        .filter(({ text }) => text.split('\n').length <= MAX_LINES)
        .flatMap(({ text, indentation = '' }) => adaptCode(text, donor, target).map((code) => ({ code, indentation }))),
    );
    const edits = new Map<string, CandidateEdit>();
    for (const { start, indentation: at } of statementsOf(target)) {
      if (at === undefined) continue;
      for (const { code, indentation } of donated) {
        if (present.has(code)) continue;
        const replacement = `${reindent(code, indentation, at)}\n${at}`;
        edits.set(`${start}\0${replacement}`, { start, end: start, replacement });
      }
    }
    return [...edits.values()];
  },
};
