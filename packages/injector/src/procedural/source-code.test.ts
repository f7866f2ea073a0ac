import { createRandom, createSnapshot, memoryBase } from '@swe-selfplay/artifact';
import { hasSyntaxError } from '@swe-selfplay/python';
import { expect, test } from 'vitest';
import { SMALL_LIBRARY } from '../../test-support/small-library.js';
import { mutation } from '../strategies/mutation.js';
import { removal } from '../strategies/removal.js';
import { readSourceCode } from './source-code.js';

const FUNCTION = 'def total(prices):\n    count = len(prices)\n    return sum(prices) + count\n';
const FILES: Record<string, string> = {
  ...(SMALL_LIBRARY as Record<string, string>),
  'conftest.py': FUNCTION,
  'docs/conf.py': FUNCTION,
  'examples/demo.py': FUNCTION,
  'tests/builders.py': FUNCTION,
  'shop/tests/test_inside.py': FUNCTION,
  'shop/unnamed.py': 'def quite_unknown(value):\n    return value\n',
  'shop/broken.py': 'def total(:\n',
};
const original = createSnapshot(memoryBase(FILES));
const readCode = () => readSourceCode(original, ['tests/test_shop.py']);

test('picks functions of the library alone, mostly such as the tests mention', async () => {
  const code = await readCode();
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 300; seed += 1) {
    const place = await code.pickPlace(createRandom(seed));
    if (place) counts.set(place.file, (counts.get(place.file) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(['shop/basket.py', 'shop/prices.py', 'shop/unnamed.py']);
  expect(counts.get('shop/unnamed.py')!).toBeLessThan(30);
});

test('picks nothing where every file is excluded', async () => {
  const code = await readCode();
  const otherThan = new Set(Object.keys(FILES));
  expect(await code.pickPlace(createRandom(1), { otherThan })).toBeUndefined();
});

test.each([
  ['mutation', mutation({ maxEdits: 3 })],
  ['removal', removal({ maxFiles: 3 })],
])('%s proposes valid changes in one file or several, the same for the same seed', async (_, strategy) => {
  const code = await readCode();
  const sizes = new Set<number>();
  for (let seed = 0; seed < 40; seed += 1) {
    const proposal = await strategy.propose(code, createRandom(seed));
    expect(await strategy.propose(code, createRandom(seed))).toEqual(proposal);
    if (!proposal) continue;
    sizes.add(proposal.changes.size);
    for (const [file, text] of proposal.changes) {
      expect(text).not.toBe(FILES[file]);
      expect(hasSyntaxError(text)).toBe(false);
      expect(proposal.steps.some((step) => step.file === file)).toBe(true);
    }
  }
  expect(sizes.has(1) && sizes.has(2)).toBe(true);
});
