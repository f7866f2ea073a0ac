import { functionsOf, hasSyntaxError, parsePython } from '@swe-selfplay/python';
import { expect, test } from 'vitest';
import { CART, MONEY } from '../../test-support/sample-project.js';
import { adaptCode } from './adapt.js';
import type { LocatedFunction } from './candidate-source.js';
import { replaceBody } from './candidate-sources/replace-body.js';
import { type Candidate, candidatesFor } from './candidates.js';

function locate(path: string, source: string, name: string): LocatedFunction {
  const module = parsePython(source);
  const definition = functionsOf(module).find((entry) => entry.qualifiedName === name);
  if (definition === undefined) throw new TypeError(`Expected a function ${name}.`);
  return { path, module, definition };
}

function repaired(
  { module }: LocatedFunction,
  { start, end, replacement }: Pick<Candidate, 'start' | 'end' | 'replacement'>,
): string {
  return module.source.slice(0, start) + replacement + module.source.slice(end);
}

const BROKEN = MONEY.replace('[share + 1]', '[share + 2]');
const target = locate('shop/money.py', BROKEN, 'split_evenly');
const donors = [locate('shop/money.py', BROKEN, 'parse_cents'), locate('shop/cart.py', CART, 'Cart.add')];

test('one of the repairs of a mutated function is what it was', () => {
  const texts = candidatesFor(target, 1, donors).map((candidate) => repaired(target, candidate));
  expect(texts).toContain(MONEY);
  expect(texts).not.toContain(BROKEN);
});

test('repairs change the function that they are for, and nearly all of them parse', () => {
  const candidates = candidatesFor(target, 1, donors);
  for (const { start, end } of candidates) {
    expect(start).toBeGreaterThanOrEqual(target.definition.start);
    expect(end).toBeLessThanOrEqual(target.definition.end);
  }
  const valid = candidates.filter((candidate) => !hasSyntaxError(repaired(target, candidate)));
  expect(valid.length / candidates.length).toBeGreaterThan(0.95);
});

test('the weights of the repairs of a function sum to its suspicion', () => {
  const total = candidatesFor(target, 3, donors).reduce((sum, { weight }) => sum + weight, 0);
  expect(total).toBeCloseTo(3);
});

test('a repair that was taken out comes back from a function that is like it', () => {
  const source = `def first(items):
    if not items:
        raise ValueError("empty")
    return items[0]


def last(values):
    return values[-1]
`;
  const [last, first] = [locate('ends.py', source, 'last'), locate('ends.py', source, 'first')];
  const texts = candidatesFor(last, 1, [first]).map((candidate) => repaired(last, candidate));
  expect(texts).toContain(
    source.replace(
      '    return values[-1]',
      '    if not values:\n        raise ValueError("empty")\n    return values[-1]',
    ),
  );
});

test('a stub gets the body of a function that is like it, its parameters renamed', () => {
  const source = `class Box:
    def add(self, item, count=1):
        """Puts in."""
        self.items[item] = self.items.get(item, 0) + count

    def put(self, thing, number=1):
        """Puts in as well."""
        raise NotImplementedError
`;
  const [stub, donor] = [locate('box.py', source, 'Box.put'), locate('box.py', source, 'Box.add')];
  expect(replaceBody.weight(stub)).toBeGreaterThan(replaceBody.weight(donor));
  expect(replaceBody.candidates(stub, [donor]).map((edit) => repaired(stub, edit))).toEqual([
    source.replace('raise NotImplementedError', 'self.items[thing] = self.items.get(thing, 0) + number'),
  ]);
});

test('code that uses what the target does not know is left out', () => {
  const add = locate('shop/cart.py', CART, 'Cart.add');
  expect(adaptCode('self.lines.append(cents)', add, target)).toEqual([]);
  expect(adaptCode('return divmod(name, 2)', locate('x.py', 'def f(name):\n    pass\n', 'f'), target)).toEqual([
    'return divmod(cents, 2)',
  ]);
  expect(adaptCode('unknown = sorted([cents])', add, target)).toContain('unknown = sorted([parts])');
});
