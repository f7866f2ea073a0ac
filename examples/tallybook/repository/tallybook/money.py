"""Exact amounts of a commodity, and balances that hold several of them.

Quantities are decimals that are rounded to the places of their commodity as
soon as they are made, so two amounts that print alike are equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Iterable, Sequence

DEFAULT_PLACES = 2
PLACES = {"JPY": 0, "BTC": 8}
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}

# Separators are either left out or exactly between groups of three digits.
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_AMOUNT = re.compile(
    r"^(?P<sign>[-+]?)\s*(?P<symbol>[$€£]?)(?P<number>%s)\s*(?P<code>[A-Z]{3})?$" % _NUMBER
)


class MoneyError(ValueError):
    """An amount that cannot be read, or two that cannot be combined."""


def places_of(commodity: str) -> int:
    """Number of decimal places that a commodity is counted in."""
    return PLACES.get(commodity, DEFAULT_PLACES)


def round_quantity(quantity: Decimal, commodity: str) -> Decimal:
    """Round half to even at the places of the commodity."""
    quantum = Decimal(1).scaleb(-places_of(commodity))
    return quantity.quantize(quantum, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Amount:
    """A quantity of one commodity; immutable."""

    quantity: Decimal
    commodity: str

    def __post_init__(self) -> None:
        quantity = round_quantity(Decimal(self.quantity), self.commodity)
        object.__setattr__(self, "quantity", quantity)

    def __add__(self, other: Amount) -> Amount:
        self._require_same(other)
        return Amount(self.quantity + other.quantity, self.commodity)

    def __sub__(self, other: Amount) -> Amount:
        self._require_same(other)
        return Amount(self.quantity - other.quantity, self.commodity)

    def __neg__(self) -> Amount:
        return Amount(-self.quantity, self.commodity)

    def __abs__(self) -> Amount:
        return -self if self.quantity < 0 else self

    def __mul__(self, factor: int | str | Decimal) -> Amount:
        return Amount(self.quantity * Decimal(factor), self.commodity)

    def __lt__(self, other: Amount) -> bool:
        self._require_same(other)
        return self.quantity < other.quantity

    def __le__(self, other: Amount) -> bool:
        return self < other or self == other

    def is_zero(self) -> bool:
        """True for nothing of the commodity."""
        return self.quantity == 0

    def split(self, parts: int) -> list[Amount]:
        """Shares as equal as possible that add up to the amount."""
        if parts < 1:
            raise MoneyError(f"cannot split an amount into {parts} parts")
        return self.allocate([1] * parts)

    def allocate(self, weights: Sequence[int]) -> list[Amount]:
        """Shares by weight that add up to the amount; what rounding leaves goes to the first ones."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise MoneyError("cannot allocate by weights that are negative or nothing")
        unit = Decimal(1).scaleb(-places_of(self.commodity))
        count = int(self.quantity / unit)
        sign = -1 if count < 0 else 1
        shares = [abs(count) * weight // total for weight in weights]
        weighted = [index for index, weight in enumerate(weights) if weight > 0]
        for index in weighted[: abs(count) - sum(shares)]:
            shares[index] += 1
        return [Amount(unit * share * sign, self.commodity) for share in shares]

    def __str__(self) -> str:
        return f"{self.quantity:,} {self.commodity}"

    def _require_same(self, other: Amount) -> None:
        if self.commodity != other.commodity:
            raise MoneyError(f"cannot combine {self.commodity} with {other.commodity}")


def parse_amount(text: str, default_commodity: str | None = None) -> Amount:
    """Read `1,234.50 EUR`, `-$12` or, with a default commodity, a bare number."""
    match = _AMOUNT.match(text.strip())
    if match is None:
        raise MoneyError(f"not an amount: {text!r}")
    commodity = match["code"] or SYMBOLS.get(match["symbol"]) or default_commodity
    if commodity is None:
        raise MoneyError(f"no commodity in {text!r}")
    if match["code"] and match["symbol"]:
        raise MoneyError(f"two commodities in {text!r}")
    quantity = Decimal(match["number"].replace(",", ""))
    if match["sign"] == "-":
        quantity = -quantity
    return Amount(quantity, commodity)


class Balance:
    """A sum of amounts, kept apart by commodity; immutable."""

    def __init__(self, amounts: Iterable[Amount] = ()) -> None:
        quantities: dict[str, Decimal] = {}
        for amount in amounts:
            known = quantities.get(amount.commodity, Decimal(0))
            quantities[amount.commodity] = known + amount.quantity
        self._quantities = {code: number for code, number in quantities.items() if number != 0}

    def amounts(self) -> list[Amount]:
        """What is left of each commodity, sorted by its code, without zeros."""
        return [Amount(self._quantities[code], code) for code in sorted(self._quantities)]

    def of(self, commodity: str) -> Amount:
        """The part in one commodity, zero where there is none."""
        return Amount(self._quantities.get(commodity, Decimal(0)), commodity)

    def is_zero(self) -> bool:
        """True where nothing is left of any commodity."""
        return not self._quantities

    def __add__(self, other: Amount | Balance) -> Balance:
        return Balance(self.amounts() + as_balance(other).amounts())

    def __sub__(self, other: Amount | Balance) -> Balance:
        return self + -as_balance(other)

    def __neg__(self) -> Balance:
        return Balance(-amount for amount in self.amounts())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Balance) and self._quantities == other._quantities

    def __hash__(self) -> int:
        return hash(frozenset(self._quantities.items()))

    def __repr__(self) -> str:
        return f"Balance({self})"

    def __str__(self) -> str:
        return ", ".join(str(amount) for amount in self.amounts()) or "0"


def as_balance(value: Amount | Balance) -> Balance:
    """The value itself, or a balance of one amount."""
    return Balance([value]) if isinstance(value, Amount) else value


def sum_balances(values: Iterable[Amount | Balance]) -> Balance:
    """The sum of amounts and balances in any mixture."""
    total = Balance()
    for value in values:
        total = total + value
    return total
