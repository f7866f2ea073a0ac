import { expect, test } from 'vitest';
import { applyEdits } from './operator.js';
import { OPERATORS } from './operators.js';
import { functionsOf, hasSyntaxError, parsePython } from './syntax.js';

const SAMPLE = `import math


class Shelf:
    """A shelf."""

    def place(self, item, index=0, strict=True, depth: int = -1):
        """Put an item 1 < 2 on the shelf."""
        if item is None or not self.items:
            return None
        elif index < len(self.items) and strict:
            self.items.insert(index, item)
        else:
            self.items.append(item)
        if index >= 3: item = index
        else: item = index - 1
        # A comment stays.
        total = 0
        for position in range(len(self.items)):
            if position in self.taken:
                continue
            if position == index:
                break
            total += self.items[position + 1] * 2
            total -= max(total, position)
            last = total
        for number, name in enumerate(self.names):
            print(name, number, sep=',', end='Done')
        head, tail = self.items[1:], self.items[:-1]
        middle = self.items[index:total]
        flag = True if head else False
        return head, tail, (middle if flag else last)

    def find(self, name, other):
        return name.startswith(other) and any(name == entry for entry in self.items if not entry is name)

    def count(self):
        result = math.floor(len(self.items) / 2)
        return result

    def holds(self, key):
        if not key:
            return not self.is_open(key)
        return key in self.items and compute(key)

    def forget(self, key):
        self.items.pop(key)
        return


def outer(a, b):
    def inner(c):
        return c // b
    return inner(a) + 10 ** 2
`;

function allEdits(source: string, only?: string) {
  const module = parsePython(source);
  const functions = functionsOf(module).filter(({ qualifiedName }) => only === undefined || qualifiedName === only);
  return OPERATORS.flatMap((operator) =>
    functions.flatMap((definition) =>
      operator.edits(definition, module).map((edit) => ({ operator, definition: definition.qualifiedName, edit })),
    ),
  );
}

test('offers at least twenty operators, each with edits in ordinary code', () => {
  const used = new Set(allEdits(SAMPLE).map(({ edit }) => edit.operator));
  expect(used.size).toBe(OPERATORS.length);
  expect(OPERATORS.length).toBeGreaterThanOrEqual(20);
  expect(new Set(OPERATORS.map((operator) => operator.name)).size).toBe(OPERATORS.length);
});

test('every edit changes the source, parses and says its line', () => {
  for (const { edit } of allEdits(SAMPLE)) {
    const changed = applyEdits(SAMPLE, [edit]);
    expect(changed, edit.operator).not.toBe(SAMPLE);
    expect(hasSyntaxError(changed), `${edit.operator} in line ${edit.line}: ${edit.replacement}`).toBe(false);
    const firstLine = SAMPLE.slice(0, edit.start).split('\n').length;
    expect(edit.line).toBeGreaterThanOrEqual(firstLine);
    expect(edit.line).toBeLessThanOrEqual(firstLine + 1);
  }
});

test('every edit of a reversible operator can be taken back by an edit of some operator', () => {
  const squeeze = (text: string) => text.replace(/return None/g, 'return').replace(/\s+/g, ' ');
  for (const { operator, definition, edit } of allEdits(SAMPLE)) {
    if (!operator.isReversible) continue;
    const changed = applyEdits(SAMPLE, [edit]);
    const results = allEdits(changed, definition).map((back) => squeeze(applyEdits(changed, [back.edit])));
    const isBack = results.includes(squeeze(SAMPLE)) || results.includes(squeeze(withParentheses(SAMPLE, edit)));
    expect(isBack, `${operator.name} in line ${edit.line}: ${edit.replacement}`).toBe(true);
  }
}, 180_000);

/** The sample as it comes back from `not (a and b)`: with the parentheses that `not` needed. */
function withParentheses(source: string, edit: { start: number; end: number }): string {
  return `${source.slice(0, edit.start)}(${source.slice(edit.start, edit.end)})${source.slice(edit.end)}`;
}

test('leaves docstrings, annotations and nested functions of the outer one alone', () => {
  const module = parsePython(SAMPLE);
  const functions = functionsOf(module);
  const place = functions.find((definition) => definition.name === 'place')!;
  const outer = functions.find((definition) => definition.name === 'outer')!;
  const inner = functions.find((definition) => definition.name === 'inner')!;
  for (const operator of OPERATORS) {
    for (const edit of operator.edits(place, module)) expect(edit.start).not.toBe(place.docstring!.start);
    for (const edit of operator.edits(outer, module)) {
      expect(edit.start >= inner.start && edit.end <= inner.end, operator.name).toBe(false);
    }
  }
});

test('refuses edits that overlap', () => {
  const edit = { start: 0, end: 3, replacement: 'x', operator: 'a', line: 1 };
  expect(() => applyEdits('abcdef', [edit, { ...edit, start: 2 }])).toThrow(RangeError);
  expect(() => applyEdits('ab', [edit])).toThrow(RangeError);
  expect(applyEdits('abcdef', [{ ...edit, start: 4, end: 5 }, edit])).toBe('xdxf');
});

test.each([
  ['comparison-boundary', 'a < b', ['a <= b']],
  ['comparison-swap', 'a not in b', ['a in b']],
  ['constant-off-by-one', '-1', ['0', '-2']],
  ['slice-boundary', 'x[:]', ['x[1:]', 'x[:-1]']],
  ['slice-boundary', 'x[i + 1]', ['x[i]']],
  ['slice-boundary', 'x[a:b:2]', ['x[a + 1:b:2]', 'x[a - 1:b:2]', 'x[a:b + 1:2]', 'x[a:b - 1:2]']],
  ['loop-range', 'range(1, n)', ['range(1, n + 1)', 'range(1, n - 1)', 'range(n)']],
  ['argument-swap', 'f(a, b, *c, k=1)', ['f(b, a, *c, k=1)']],
  ['condition-negation', 'x if a.b else y', ['x if not a.b else y']],
  [
    'condition-negation',
    'x if not (a and b) else y',
    ['x if (a and b) else y', 'x if not (not a and b) else y', 'x if not (a and not b) else y'],
  ],
  ['operand-drop', 'a and b', ['a', 'b']],
  ['none-check', 'x if y is None else z', ['x if not y else z', 'x if y is not None else z']],
  ['branch-swap', 'x if y else z', ['z if y else x']],
  ['builtin-swap', 'min(a.find(b))', ['max(a.find(b))', 'min(a.rfind(b))']],
  ['string-constant', "f('utf')", ["f('Utf')"]],
  ['string-constant', "f('%s')", []],
])('%s turns %s into %j', (name, expression, expected) => {
  const source = `def f():\n    y = ${expression}\n`;
  const module = parsePython(source);
  const operator = OPERATORS.find((candidate) => candidate.name === name)!;
  const changed = operator.edits(functionsOf(module)[0]!, module).map((edit) => applyEdits(source, [edit]));
  expect(changed).toEqual(expected.map((text) => `def f():\n    y = ${text}\n`));
});

test.each([
  ['return is_open(a)', ['return not is_open(a)']],
  ['return not self.is_open(a)', ['return self.is_open(a)']],
  ['return compute(a)', []],
  ['return not a', []],
])('condition-negation turns %s into %j', (statement, expected) => {
  const source = `def f(a):\n    ${statement}\n`;
  const module = parsePython(source);
  const operator = OPERATORS.find(({ name }) => name === 'condition-negation')!;
  const changed = operator.edits(functionsOf(module)[0]!, module).map((edit) => applyEdits(source, [edit]));
  expect(changed).toEqual(expected.map((text) => `def f(a):\n    ${text}\n`));
});
