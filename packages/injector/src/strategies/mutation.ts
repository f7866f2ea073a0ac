import type { Random } from '@swe-selfplay/artifact';
import { applyEdits, hasSyntaxError, OPERATORS, type Operator, type TextEdit } from '@swe-selfplay/python';
import type { Place, SourceCode } from '../procedural/source-code.js';
import type { Proposal, Strategy } from '../strategy.js';

export interface MutationOptions {
  /** Most edits in one bug, at least 1; the seed decides how many. Default 2. */
  readonly maxEdits?: number;
  readonly operators?: readonly Operator[];
}

/** How likely the second edit goes into a function of its own. */
const OTHER_PLACE_SHARE = 0.5;

/** Changes what a function does by edits of operators, in one function or in several. */
export function mutation({ maxEdits = 2, operators = OPERATORS }: MutationOptions = {}): Strategy {
  return {
    name: 'mutation',
    async propose(code, random) {
      const count = 1 + random.integer(maxEdits);
      const chosen: { place: Place; edit: TextEdit }[] = [];
      for (let index = 0; index < count; index += 1) {
        const known = chosen.at(-1)?.place;
        const place = known && random.next() >= OTHER_PLACE_SHARE ? known : await nextPlace(code, random, chosen);
        const edit = place && pickEdit(place, operators, random);
        if (edit && !chosen.some((other) => other.place.file === place.file && isNear(other.edit, edit)))
          chosen.push({ place, edit });
      }
      return chosen.length > 0 ? proposalOf(chosen) : undefined;
    },
  };
}

/** A function of a file that is not changed yet, so that the edits of one file share one parsed module. */
function nextPlace(
  code: SourceCode,
  random: Random,
  chosen: readonly { readonly place: Place }[],
): Promise<Place | undefined> {
  return code.pickPlace(random, { otherThan: new Set(chosen.map(({ place }) => place.file)) });
}

/** First an operator, then one of its edits: otherwise those with many edits would make nearly all bugs. */
function pickEdit({ definition, module }: Place, operators: readonly Operator[], random: Random): TextEdit | undefined {
  for (const operator of random.shuffle(operators)) {
    const edits = operator.edits(definition, module);
    if (edits.length > 0) return random.pick(edits);
  }
  return undefined;
}

function isNear(one: TextEdit, other: TextEdit): boolean {
  return one.start <= other.end && other.start <= one.end;
}

/** The edits as one change of files; undefined where it does not parse. */
export function proposalOf(
  chosen: readonly { readonly place: Place; readonly edit: TextEdit }[],
): Proposal | undefined {
  const changes = new Map<string, string>();
  for (const file of new Set(chosen.map(({ place }) => place.file))) {
    const inFile = chosen.filter(({ place }) => place.file === file);
    const before = inFile[0]!.place.module.source;
    const after = applyEdits(
      before,
      inFile.map(({ edit }) => edit),
    );
    if (after === before || hasSyntaxError(after)) return undefined;
    changes.set(file, after);
  }
  const steps = chosen.map(({ place, edit }) => ({
    file: place.file,
    line: edit.line,
    place: place.definition.qualifiedName,
    operator: edit.operator,
  }));
  return { changes, steps };
}
