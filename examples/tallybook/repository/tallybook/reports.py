"""Reports: tables of what a journal adds up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Sequence

from .accounts import ancestors_of, depth_of, is_under, leaf_of, normal_sign
from .budget import Budget
from .dates import Period
from .journal import Journal
from .money import Amount, Balance, sum_balances


@dataclass(frozen=True)
class RegisterRow:
    """One posting and what the account came to with it."""

    date: date
    payee: str
    account: str
    amount: Amount
    balance: Balance


def render_table(rows: Sequence[Sequence[str]], alignment: str) -> str:
    """Rows as lines with columns two spaces apart; `<` or `>` for each column sets it left or right."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(len(alignment))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if side == "<" else cell.rjust(width)
            for cell, width, side in zip(row, widths, alignment)
        ]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def account_balances(journal: Journal) -> dict[str, Balance]:
    """Balance of each account by itself, sorted by name."""
    return {
        account: Balance(
            posting.amount for posting in journal.postings(account) if posting.account == account
        )
        for account in journal.accounts()
    }


def signed_balance(account: str, balance: Balance) -> Balance:
    """The balance as it is usually spoken of: positive for what was earned, owed or spent."""
    return balance if normal_sign(account) > 0 else -balance


def tree_balances(journal: Journal) -> dict[str, Balance]:
    """Balance of each account and of all their ancestors, children included, sorted by name."""
    totals: dict[str, Balance] = {}
    for account, balance in account_balances(journal).items():
        for name in [account, *ancestors_of(account)]:
            totals[name] = totals.get(name, Balance()) + balance
    return {name: totals[name] for name in sorted(totals)}


def balance_report(journal: Journal, depth: int | None = None) -> str:
    """One line for each account that is not at zero, indented by its level, down to a depth."""
    rows = []
    for account, balance in tree_balances(journal).items():
        level = depth_of(account)
        if balance.is_zero() or (depth is not None and level > depth):
            continue
        rows.append(("  " * (level - 1) + leaf_of(account), str(balance)))
    return render_table(rows, "<>")


def register(journal: Journal, root: str, period: Period | None = None) -> list[RegisterRow]:
    """The postings to an account and below it, with a running balance.

    A period limits the rows; the balance still starts from all that was before.
    """
    rows = []
    balance = Balance()
    for transaction in journal:
        for posting in transaction.postings:
            if not is_under(posting.account, root):
                continue
            balance = balance + posting.amount
            if period is None or transaction.date in period:
                rows.append(
                    RegisterRow(transaction.date, transaction.payee, posting.account, posting.amount, balance)
                )
    return rows


def register_report(journal: Journal, root: str, period: Period | None = None) -> str:
    """The register as lines of date, payee, amount and balance."""
    rows = [
        (row.date.isoformat(), row.payee, str(row.amount), str(row.balance))
        for row in register(journal, root, period)
    ]
    return render_table(rows, "<<>>")


def budget_report(budget: Budget, journal: Journal, period: Period) -> str:
    """One line for each line of the budget: planned, actual, remaining and how it stands."""
    rows = [
        (result.account, str(result.planned), str(result.actual), str(result.remaining), result.status)
        for result in budget.results(journal, period)
    ]
    return render_table(rows, "<>>><")


def income_statement(journal: Journal, period: Period) -> list[tuple[Period, Balance, Balance]]:
    """Income and expenses of each month of a period, both in their usual direction."""
    found = []
    for month in period.months():
        part = journal.within(month)
        income, expenses = (
            signed_balance(kind, part.balance_of(kind)) for kind in ("Income", "Expenses")
        )
        found.append((month, income, expenses))
    return found


def income_report(journal: Journal, period: Period) -> str:
    """One line for each month: income, expenses and what was saved; then the sums."""
    months = income_statement(journal, period)
    total_income = sum_balances(income for _, income, _ in months)
    total_expenses = sum_balances(expenses for _, _, expenses in months)
    lines = [(month.start.strftime("%Y-%m"), income, expenses) for month, income, expenses in months]
    lines.append(("Total", total_income, total_expenses))
    rows = [(label, str(income), str(expenses), str(income - expenses)) for label, income, expenses in lines]
    return render_table(rows, "<>>>")
