import { adaptCode } from '../adapt.js';
import type { CandidateEdit, CandidateSource, LocatedFunction } from '../candidate-source.js';
import { reindent, statementsOf } from '../statements.js';

/** Gives a function the body of a similar one: for functions whose own body was taken out. */
export const replaceBody: CandidateSource = {
  name: 'replace-body',
  weight: (target) => (isStub(target) ? 8 : 0.2),
  candidates(target, donors) {
    const place = ownStatements(target);
    if (place === undefined) return [];
    const edits: CandidateEdit[] = [];
    for (const donor of donors) {
      const part = ownStatements(donor);
      if (part === undefined || isStub(donor)) continue;
      const text = donor.module.source.slice(part.start, part.end);
      for (const code of adaptCode(text, donor, target)) {
        const replacement = reindent(code, donor.definition.bodyIndentation, target.definition.bodyIndentation);
        edits.push({ start: place.start, end: place.end, replacement });
      }
    }
    return edits;
  },
};

/** What a removed body leaves behind: one or two statements that compute nothing. */
function isStub(located: LocatedFunction): boolean {
  const statements = statementsOf(located);
  const empty = /^(pass|\.\.\.|raise NotImplementedError\b.*|return\b *[\w.]*|return *(''|""|\[\]|\{\}|\(\)))$/s;
  return statements.length <= 2 && statements.every(({ text }) => empty.test(text));
}

/** The body without its docstring; undefined where it stands on the line of the `def`. */
function ownStatements({ definition, module }: LocatedFunction): { start: number; end: number } | undefined {
  const { body, docstring, bodyIndentation } = definition;
  if (bodyIndentation === '') return undefined;
  const after = docstring?.end ?? body.start;
  const start = after + /^\s*/.exec(module.source.slice(after, body.end))![0].length;
  return start < body.end ? { start, end: body.end } : undefined;
}
