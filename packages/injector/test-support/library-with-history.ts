import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commit, git, write } from '../../artifact/test-support/temporary.js';
import { SMALL_LIBRARY } from './small-library.js';

const ADDING_UP = `        if name in self.prices:
            self.prices[name] = self.prices[name] + price
        else:
            self.prices[name] = price
`;
const TEST_OF_IT = `    def test_adds_up(self):
        basket = Basket().add("tea", 4).add("tea", 5)
        self.assertEqual(basket.prices, {"tea": 9})

`;

/** The small library as a git repository of two commits; the second lets a basket add up prices. The caller removes it. */
export function makeLibraryWithHistory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'library-'));
  const basket = SMALL_LIBRARY['shop/basket.py']!;
  const tests = SMALL_LIBRARY['tests/test_shop.py']!;
  git(directory, 'init', '-q', '-b', 'main');
  write(directory, {
    ...(SMALL_LIBRARY as Record<string, string>),
    'shop/basket.py': basket.replace(ADDING_UP, '        self.prices[name] = price\n'),
    'tests/test_shop.py': tests.replace(TEST_OF_IT, ''),
  });
  commit(directory, 'Add a shop');
  write(directory, { 'shop/basket.py': basket, 'tests/test_shop.py': tests });
  commit(directory, 'Add up prices of equal things', 1);
  return directory;
}
