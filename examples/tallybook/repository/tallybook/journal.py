"""The journal: dated transactions whose postings add up to nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Callable, Iterable, Iterator

from .accounts import is_under, split_account
from .dates import Period, Recurrence
from .money import Amount, Balance, sum_balances


class JournalError(ValueError):
    """A transaction that does not balance, or cannot be completed."""


@dataclass(frozen=True)
class Posting:
    """One line of a transaction; the amount of at most one may be left open."""

    account: str
    amount: Amount | None = None
    # What the account by itself should come to, in this commodity, once the posting is made.
    expected: Amount | None = None

    def __post_init__(self) -> None:
        split_account(self.account)


@dataclass(frozen=True)
class Transaction:
    """What moved on one day; complete and balanced once it is in a journal."""

    date: date
    payee: str
    postings: tuple[Posting, ...]
    cleared: bool = False
    tags: frozenset[str] = frozenset()
    # Where it was read from, 0 where it was not; says nothing about equality.
    line: int = field(default=0, compare=False)

    def completed(self) -> Transaction:
        """The transaction with the open amount filled in; raises JournalError if it cannot balance."""
        if len(self.postings) < 2:
            raise JournalError(f"{self.describe()}: needs two postings or more")
        open_postings = [posting for posting in self.postings if posting.amount is None]
        if len(open_postings) > 1:
            raise JournalError(f"{self.describe()}: more than one posting without an amount")
        total = sum_balances(posting.amount for posting in self.postings if posting.amount is not None)
        if open_postings:
            return replace(self, postings=tuple(self._fill(-total)))
        if not total.is_zero():
            raise JournalError(f"{self.describe()}: off by {total}")
        return self

    def _fill(self, missing: Balance) -> Iterator[Posting]:
        # What is missing in several commodities becomes one posting for each.
        for posting in self.postings:
            if posting.amount is not None:
                yield posting
            else:
                for amount in missing.amounts():
                    yield replace(posting, amount=amount)

    def accounts(self) -> list[str]:
        """The accounts of the postings, in their order, without repetition."""
        return list(dict.fromkeys(posting.account for posting in self.postings))

    def touches(self, root: str) -> bool:
        """True where a posting is to this account or below it."""
        return any(is_under(posting.account, root) for posting in self.postings)

    def describe(self) -> str:
        """Date and payee, for messages."""
        return f"{self.date.isoformat()} {self.payee}".rstrip()


@dataclass(frozen=True)
class Mismatch:
    """An account that does not come to what a posting expects of it."""

    transaction: Transaction
    posting: Posting
    actual: Amount

    def __str__(self) -> str:
        return f"{self.posting.account} comes to {self.actual}, expected {self.posting.expected}"


@dataclass(frozen=True)
class RecurringTransaction:
    """A transaction that happens again and again; the date of the template does not count."""

    recurrence: Recurrence
    template: Transaction

    def expand(self, period: Period) -> list[Transaction]:
        """One transaction for each time it happens in the period."""
        return [replace(self.template, date=day) for day in self.recurrence.occurrences(period)]


class Journal:
    """Completed transactions in the order of their dates."""

    def __init__(
        self,
        transactions: Iterable[Transaction] = (),
        recurring: Iterable[RecurringTransaction] = (),
    ) -> None:
        self.recurring = tuple(recurring)
        completed = [transaction.completed() for transaction in transactions]
        # Sorting is stable: transactions of one day stay in the order they were written.
        self._transactions = tuple(sorted(completed, key=lambda transaction: transaction.date))

    def __iter__(self) -> Iterator[Transaction]:
        return iter(self._transactions)

    def __len__(self) -> int:
        return len(self._transactions)

    def adding(self, transactions: Iterable[Transaction]) -> Journal:
        """A journal with more transactions in it."""
        return Journal([*self._transactions, *transactions], self.recurring)

    def forecast(self, period: Period) -> Journal:
        """The journal with all that recurs in the period written out."""
        return self.adding(entry for rule in self.recurring for entry in rule.expand(period))

    def where(self, keep: Callable[[Transaction], bool]) -> Journal:
        """The journal of the transactions that a condition holds for."""
        return Journal(filter(keep, self._transactions), self.recurring)

    def within(self, period: Period) -> Journal:
        """The journal of the transactions of a period."""
        return self.where(lambda transaction: transaction.date in period)

    def tagged(self, tag: str) -> Journal:
        """The journal of the transactions with a tag."""
        return self.where(lambda transaction: tag in transaction.tags)

    def accounts(self) -> list[str]:
        """All accounts posted to, sorted."""
        return sorted({posting.account for posting in self.postings()})

    def postings(self, root: str | None = None) -> list[Posting]:
        """All postings by date, or only those to one account and below it."""
        return [
            posting
            for transaction in self._transactions
            for posting in transaction.postings
            if root is None or is_under(posting.account, root)
        ]

    def balance_of(self, root: str, as_of: date | None = None) -> Balance:
        """Balance of an account and all below it, at the end of a day or of the journal."""
        journal = self if as_of is None else self.where(lambda entry: entry.date <= as_of)
        return sum_balances(posting.amount for posting in journal.postings(root))

    def mismatches(self) -> list[Mismatch]:
        """Postings whose expected balance is not met, by date."""
        found = []
        totals: dict[str, Balance] = {}
        for transaction in self._transactions:
            for posting in transaction.postings:
                total = totals.get(posting.account, Balance()) + posting.amount
                totals[posting.account] = total
                if posting.expected is None:
                    continue
                actual = total.of(posting.expected.commodity)
                if actual != posting.expected:
                    found.append(Mismatch(transaction, posting, actual))
        return found
