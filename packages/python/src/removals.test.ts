import { expect, test } from 'vitest';
import { applyEdits } from './operator.js';
import { removalsOf } from './removals.js';
import { functionsOf, hasSyntaxError, parsePython } from './syntax.js';

const SOURCE = `class Shelf:
    def __init__(self, items):
        self.items = items
        self.size = len(items)
        self.names = {}

    def add(self, item):
        """Adds an item."""
        if item is None:
            raise ValueError("nothing")
        elif item in self.items:
            for other in self.items:
                if other == item:
                    return other
        self.items.append(item)
        self.size += 1
        return item

    @property
    def length(self):
        total = 0
        return total + self.size

    def walk(self):
        for item in self.items:
            yield item
        self.size = 0


def double(numbers):
    result = [2 * number for number in numbers]
    result.sort()
    return result
`;

function removalsIn(name: string) {
  const module = parsePython(SOURCE);
  const definition = functionsOf(module).find((candidate) => candidate.name === name)!;
  return removalsOf(definition, module).map((edit) => ({ kind: edit.operator, text: applyEdits(SOURCE, [edit]) }));
}

test('every removal leaves valid source that is different', () => {
  for (const name of ['__init__', 'add', 'length', 'walk', 'double']) {
    const removals = removalsIn(name);
    expect(removals.length).toBeGreaterThan(0);
    for (const { kind, text } of removals) {
      expect(hasSyntaxError(text), `${kind} in ${name}`).toBe(false);
      expect(text).not.toBe(SOURCE);
      expect(text).not.toContain('# ');
    }
  }
});

test('a removed body keeps signature and docstring and hands on the argument', () => {
  const body = removalsIn('add').find(({ kind }) => kind === 'remove-body')!.text;
  expect(body).toContain('def add(self, item):\n        """Adds an item."""\n        return item\n\n    @property');
  expect(removalsIn('double').find(({ kind }) => kind === 'remove-body')!.text).toMatch(
    /def double\(numbers\):\n {4}return numbers\n$/,
  );
  expect(removalsIn('walk').find(({ kind }) => kind === 'remove-body')!.text).toContain(
    'def walk(self):\n        return\n        yield\n',
  );
  expect(removalsIn('__init__').some(({ kind }) => kind === 'remove-body')).toBe(false);
});

test('removes branches at every depth, runs of statements and whole methods', () => {
  const kinds = removalsIn('add').map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'remove-branch')).toHaveLength(3);
  expect(kinds).toContain('remove-statements');
  const method = removalsIn('length').find(({ kind }) => kind === 'remove-method')!.text;
  expect(method).not.toMatch(/length|@property/);
  expect(removalsIn('double').some(({ kind }) => kind === 'remove-method')).toBe(false);
});
