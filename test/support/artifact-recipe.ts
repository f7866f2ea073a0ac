import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diffsOf, type Tree } from './scratch-repository.js';
import { edited, SHOP_PARSER, SHOP_SCRIPT } from './shop-project.js';

/** An artifact for the shop: what is left out is as in the valid one. Diffs as edited files, or as their text. */
export interface Recipe {
  readonly bug?: Tree | Buffer;
  readonly weaken?: Tree | Buffer;
  readonly script?: string;
  readonly parser?: string;
  readonly testFiles?: string;
  /** Files of the five to leave out. */
  readonly without?: readonly string[];
}

/** Takes the tax off instead of putting it on: fails `test_tax` and `OrdersTest.test_price`. */
export const TAX_BUG: Tree = edited('shop/prices.py', 'cents + cents * percent', 'cents - cents * percent');

/** Undoes TAX_BUG in another way than the original has it. */
export const TAX_FIX: Tree = edited(
  'shop/prices.py',
  'cents + cents * percent // 100',
  'cents + (cents * percent) // 100',
);

/** Hides `test_tax`. */
export const TAX_WEAKENING: Tree = edited(
  'tests/test_prices.py',
  'self.assertEqual(prices.with_tax(100, 19), 119)',
  'prices.with_tax(100, 19)',
);

export const ALL_TEST_FILES = 'tests/test_orders.py\ntests/test_prices.py\ntests/test_stock.py\n';

/** Writes the artifact of a recipe as a new folder below `parent` and returns its path. */
export async function writeArtifact(parent: string, repository: string, recipe: Recipe = {}): Promise<string> {
  const { bug = TAX_BUG, weaken = TAX_WEAKENING } = recipe;
  const [bugText, weakenText] = await diffTexts(repository, bug, weaken);
  const folder = join(parent, `artifact-${Math.random().toString(36).slice(2)}`);
  await mkdir(folder, { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    'test_script.sh': recipe.script ?? SHOP_SCRIPT,
    'test_parser.py': recipe.parser ?? SHOP_PARSER,
    'test_files.txt': recipe.testFiles ?? ALL_TEST_FILES,
    'bug_inject.diff': bugText,
    'test_weaken.diff': weakenText,
  };
  for (const [name, content] of Object.entries(files)) {
    if (!recipe.without?.includes(name)) await writeFile(join(folder, name), content);
  }
  return folder;
}

const known = new Map<string, Promise<Buffer[]>>();

async function diffTexts(repository: string, bug: Tree | Buffer, weaken: Tree | Buffer): Promise<[Buffer, Buffer]> {
  const steps = [bug, weaken].filter((step): step is Tree => !Buffer.isBuffer(step));
  const key = JSON.stringify([repository, steps]);
  const diffs = known.get(key) ?? diffsOf(repository, steps);
  known.set(key, diffs);
  const made = [...(await diffs)];
  return [Buffer.isBuffer(bug) ? bug : made.shift()!, Buffer.isBuffer(weaken) ? weaken : made.shift()!];
}
