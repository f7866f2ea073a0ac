import { expect, test } from 'vitest';
import { summariseSelection } from './summarise-selection.js';

test('compares choices with blind and with perfect ones', () => {
  const summary = summariseSelection([
    { chosen: true, solved: 1, graded: 4 },
    { chosen: false, solved: 2, graded: 4 },
    { chosen: false, solved: 0, graded: 2 },
    { chosen: true, solved: 4, graded: 4 },
  ]);
  expect(summary).toEqual({
    groups: 4,
    chosen: 4,
    solved: 2,
    solvedAtOne: 0.5,
    chance: (1 / 4 + 2 / 4 + 0 + 1) / 4,
    anySolved: 0.75,
  });
});

test('leaves out groups without a graded attempt, and choices that were not graded', () => {
  const summary = summariseSelection([
    { chosen: null, solved: 0, graded: 0 },
    { chosen: null, solved: 1, graded: 2 },
    { chosen: true, solved: 3, graded: 3 },
  ]);
  expect(summary).toEqual({ groups: 2, chosen: 1, solved: 1, solvedAtOne: 1, chance: 0.75, anySolved: 1 });
});

test('choosing nothing where every attempt is solved counts as unsolved', () => {
  expect(summariseSelection([{ chosen: false, solved: 2, graded: 2 }])).toMatchObject({ solvedAtOne: 0, chance: 1 });
});

test('has no mean of nothing', () => {
  const nothing = { groups: 0, chosen: 0, solved: 0, solvedAtOne: undefined, chance: undefined, anySolved: undefined };
  expect(summariseSelection([])).toEqual(nothing);
  expect(summariseSelection([{ chosen: null, solved: 0, graded: 0 }])).toEqual(nothing);
});

test.each([
  { chosen: null, solved: 3, graded: 2 },
  { chosen: null, solved: -1, graded: 2 },
  { chosen: true, solved: 0, graded: 2 },
  { chosen: false, solved: Number.NaN, graded: 2 },
])('refuses a group that cannot be: $chosen, $solved of $graded', (group) => {
  const possible = { chosen: true, solved: 1, graded: 1 };
  expect(() => summariseSelection([possible, group])).toThrow(
    expect.objectContaining({ code: 'invalid-candidate', message: expect.stringContaining('group 1') }),
  );
});
