import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSmallShelf, type SmallShelf } from '../test-support/small-shelf.js';
import { describeBug } from './describe-bug.js';

let shelf: SmallShelf;
beforeAll(async () => {
  shelf = await createSmallShelf();
});
afterAll(() => shelf?.remove());

test('says what was done where, if the artifact says so', async () => {
  const steps = [{ operator: 'comparison-swap', place: 'longest', file: 'shelf.py', line: 4 }];
  const bug = { ...(await shelf.bug()), provenance: { formatVersion: 1, details: { steps } } as const };
  expect(describeBug(bug)).toBe('comparison-swap in longest (shelf.py:4)');
});

test.each([{ steps: [] }, { steps: 'all' }, { steps: [{ operator: 1 }] }])(
  'says which files are changed where the provenance is %j',
  async (details) => {
    const bug = { ...(await shelf.bug()), provenance: { formatVersion: 1, details } as const };
    expect(describeBug(bug)).toBe('changes shelf.py');
  },
);
