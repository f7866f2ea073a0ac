import type { PythonFunction } from '@swe-selfplay/python';
import type { LocatedFunction } from './candidate-source.js';
import { freeWords, renameWords, wordsOf } from './tokens.js';

// What may be used anywhere; enough for code that is moved between functions of one project.
const EVERYWHERE = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield match case _ abs all any bool bytearray bytes
  callable chr dict divmod enumerate filter float format frozenset getattr hasattr hash hex id int isinstance issubclass
  iter len list map max min next object oct open ord pow print property range repr reversed round set setattr slice
  sorted staticmethod str sum super tuple type vars zip ArithmeticError AssertionError AttributeError EOFError Exception
  IndexError KeyError LookupError NotImplementedError NotImplemented OSError OverflowError RuntimeError StopIteration
  TypeError UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError Ellipsis`.split(/\s+/),
);

/**
 * Code of a donor as it could stand in the target: as it is, and with the donor's parameters renamed to the target's by
 * position. Left out where it uses a name that means nothing there.
 */
export function adaptCode(text: string, donor: LocatedFunction, target: LocatedFunction): string[] {
  const known = knownWords(target);
  const renamed = renameWords(text, parameterNames(donor, target));
  return [...new Set([text, renamed])].filter((variant) => {
    const assigned = assignedWords(variant);
    return [...freeWords(variant)].every((word) => EVERYWHERE.has(word) || known.has(word) || assigned.has(word));
  });
}

function parameterNames(donor: LocatedFunction, target: LocatedFunction): Map<string, string> {
  const names = new Map<string, string>();
  const others = ownParameters(target);
  ownParameters(donor).forEach((name, index) => {
    const other = others[index];
    if (other !== undefined && other !== name) names.set(name, other);
  });
  return names;
}

/** What a caller passes: `self` means nothing in a function. */
function ownParameters({ definition }: LocatedFunction): string[] {
  return definition.parameters.filter((name) => name !== 'self' && name !== 'cls');
}

const knownWordsOf = new WeakMap<PythonFunction, Set<string>>();

/** Words of the function itself, and names that its module binds at the top level. */
function knownWords({ definition, module }: LocatedFunction): Set<string> {
  const remembered = knownWordsOf.get(definition);
  if (remembered) return remembered;
  const known = wordsOf(module.source.slice(definition.start, definition.end));
  for (const child of module.root.namedChildren) {
    if (/^import_|_import_/.test(child.type)) for (const word of wordsOf(child.text)) known.add(word);
    const named = child.type === 'decorated_definition' ? child.childForFieldName('definition') : child;
    const name = named?.childForFieldName('name')?.text;
    if (name !== undefined) known.add(name);
    const assigned =
      child.type === 'expression_statement' ? child.namedChildren[0]?.childForFieldName('left') : undefined;
    if (assigned) for (const word of wordsOf(assigned.text)) known.add(word);
  }
  knownWordsOf.set(definition, known);
  return known;
}

/** Names that the code itself binds: by assignment, `for`, `as` or as keyword of a call. */
function assignedWords(text: string): Set<string> {
  const words = new Set<string>();
  for (const [, name] of text.matchAll(/([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/gu)) words.add(name!);
  for (const [, names] of text.matchAll(/\bfor\s+([^:\n]*?)\s+in\b/g))
    for (const word of wordsOf(names!)) words.add(word);
  for (const [, name] of text.matchAll(/\bas\s+([\p{L}_][\p{L}\p{N}_]*)/gu)) words.add(name!);
  return words;
}
