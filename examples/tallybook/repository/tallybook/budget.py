"""Budgets: what was planned for accounts against what was spent.

    Expenses:Food    400 EUR monthly
    Expenses:Travel 1200 EUR yearly
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .accounts import AccountError, is_under, normal_sign, split_account
from .dates import Period, month_of
from .journal import Journal
from .money import Amount, MoneyError, parse_amount
from .parser import ParseError, split_fields, strip_comment

MONTHS_PER_TERM = {"monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True)
class BudgetLine:
    """An amount for an account and all below it, for a term of so many months."""

    account: str
    amount: Amount
    months: int

    def planned(self, period: Period) -> Amount:
        """The share of the amount that falls into a period, by whole and partial months."""
        share = sum((month_share(month) for month in period.months()), Decimal(0))
        return self.amount * (share / self.months)


@dataclass(frozen=True)
class BudgetResult:
    """How one line fared in a period; amounts count in the usual direction of the account."""

    account: str
    planned: Amount
    actual: Amount

    @property
    def remaining(self) -> Amount:
        """What may still be spent; negative where too much was."""
        return self.planned - self.actual

    @property
    def status(self) -> str:
        """`over`, `under` or `on` the plan."""
        if self.remaining.is_zero():
            return "on"
        return "over" if self.actual.quantity > self.planned.quantity else "under"


class Budget:
    """Lines that do not overlap: no account is below another one."""

    def __init__(self, lines: list[BudgetLine]) -> None:
        for index, line in enumerate(lines):
            for other in lines[:index]:
                if is_under(line.account, other.account) or is_under(other.account, line.account):
                    raise ValueError(f"{line.account} and {other.account} overlap")
        self.lines = tuple(lines)

    def results(self, journal: Journal, period: Period) -> list[BudgetResult]:
        """One result for each line, in the order of the budget."""
        spent = journal.within(period)
        found = []
        for line in self.lines:
            actual = spent.balance_of(line.account).of(line.amount.commodity)
            found.append(
                BudgetResult(line.account, line.planned(period), actual * normal_sign(line.account))
            )
        return found

    def unplanned(self, journal: Journal, period: Period) -> list[str]:
        """Expense accounts that were posted to in the period and are on no line."""
        return [
            account
            for account in journal.within(period).accounts()
            if is_under(account, "Expenses") and not any(is_under(account, line.account) for line in self.lines)
        ]


def month_share(part: Period) -> Decimal:
    """Part of a calendar month, from 0 to 1."""
    return Decimal(part.days()) / month_of(part.start).days()


def parse_budget(text: str) -> Budget:
    """Read a budget; raises ParseError with the line at fault."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        fields = split_fields(strip_comment(raw))
        if fields:
            lines.append(_read_line(number, fields))
    try:
        return Budget(lines)
    except ValueError as error:
        raise ParseError(1, str(error)) from error


def _read_line(number: int, fields: list[str]) -> BudgetLine:
    amount_text, _, term = fields[-1].rpartition(" ")
    if len(fields) != 2 or term not in MONTHS_PER_TERM:
        raise ParseError(number, "expected an account, an amount and monthly, quarterly or yearly")
    try:
        split_account(fields[0])
        return BudgetLine(fields[0], parse_amount(amount_text), MONTHS_PER_TERM[term])
    except (AccountError, MoneyError) as error:
        raise ParseError(number, str(error)) from error
