import { ARTIFACT_FILES, type ArtifactFile } from '@swe-selfplay/artifact';

/** The project that the examples of the prompt are of. */
export const EXAMPLE_PROJECT: Readonly<Record<string, string>> = {
  'shop/__init__.py': '',
  'shop/tax.py': `"""Prices with tax."""


def with_tax(price, percent):
    if price < 0:
        raise ValueError("negative price")
    return price + price * percent / 100
`,
  'shop/cart.py': `"""A cart of things and their prices."""

from shop.tax import with_tax


def total(prices, percent):
    return sum(with_tax(price, percent) for price in prices)
`,
  'tests/test_cart.py': `from shop.cart import total


def test_total():
    assert total([10, 20], 10) == 33


def test_empty():
    assert total([], 10) == 0
`,
  'tests/test_tax.py': `import pytest

from shop.tax import with_tax


def test_tax():
    assert with_tax(50, 10) == 55


def test_no_tax():
    assert with_tax(50, 0) == 50
    assert with_tax(0, 0) == 0


@pytest.mark.parametrize("price", [-1, -0.5])
def test_negative(price):
    with pytest.raises(ValueError):
        with_tax(price, 10)


@pytest.mark.skip(reason="no such tax yet")
def test_tax_on_tax():
    assert with_tax(with_tax(100, 10), 10) == 121
`,
};

/** The examples of the five files in a prompt, each in the fence after its name in bold letters. */
export function examplesIn(prompt: string): Record<ArtifactFile, Uint8Array> {
  const entries = ARTIFACT_FILES.map((name) => {
    const section = prompt.slice(prompt.indexOf(`**${name}**`));
    return [name, Buffer.from(/\n```\w*\n([\s\S]*?\n)```\n/.exec(section)![1]!)];
  });
  return Object.fromEntries(entries) as Record<ArtifactFile, Uint8Array>;
}
