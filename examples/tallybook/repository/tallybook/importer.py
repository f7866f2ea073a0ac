"""Importing bank statements from CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from .journal import Journal, Posting, Transaction
from .money import Amount, parse_amount


class StatementError(ValueError):
    """A statement that does not fit its rules; the message names the row."""


@dataclass(frozen=True)
class ImportRules:
    """How to read the statements of one account.

    `patterns` are pairs of a regular expression for the payee and an account;
    the first one that is found decides, `fallback` where none is.
    """

    account: str
    commodity: str
    fallback: str = "Expenses:Unknown"
    patterns: tuple[tuple[str, str], ...] = ()
    date_column: str = "Date"
    payee_column: str = "Payee"
    amount_column: str = "Amount"
    date_format: str = "%Y-%m-%d"
    delimiter: str = ","
    decimal_mark: str = "."

    def counter_account(self, payee: str) -> str:
        """The account on the other side of a payment."""
        for pattern, account in self.patterns:
            if re.search(pattern, payee, re.IGNORECASE):
                return account
        return self.fallback


def read_statement(text: str, rules: ImportRules) -> list[Transaction]:
    """The rows of a statement as cleared transactions, in their order."""
    reader = csv.DictReader(io.StringIO(text), delimiter=rules.delimiter)
    for column in (rules.date_column, rules.payee_column, rules.amount_column):
        if column not in (reader.fieldnames or []):
            raise StatementError(f"no column {column!r} in the statement")
    return [_read_row(number, row, rules) for number, row in enumerate(reader, start=1)]


def _read_row(number: int, row: dict[str, str], rules: ImportRules) -> Transaction:
    payee = " ".join(row[rules.payee_column].split())
    try:
        day = datetime.strptime(row[rules.date_column].strip(), rules.date_format).date()
        amount = read_amount(row[rules.amount_column], rules)
    except ValueError as error:
        raise StatementError(f"row {number}: {error}") from error
    postings = (Posting(rules.account, amount), Posting(rules.counter_account(payee), -amount))
    return Transaction(day, payee, postings, cleared=True).completed()


def read_amount(text: str, rules: ImportRules) -> Amount:
    """An amount as banks write it: 1.234,56 with a decimal comma, (12.00) or 12.00- for a debit."""
    number = text.strip()
    is_debit = number.startswith("(") and number.endswith(")") or number.endswith("-")
    if is_debit:
        number = number.strip("()-")
    if rules.decimal_mark == ",":
        number = number.translate({ord(","): ".", ord("."): ","})
    amount = parse_amount(number, rules.commodity)
    return -amount if is_debit else amount


def fingerprint(transaction: Transaction, account: str) -> tuple[date, str, Amount]:
    """What tells payments on one account apart."""
    amounts = [posting.amount for posting in transaction.postings if posting.account == account]
    return transaction.date, transaction.payee.lower(), amounts[0]


def new_transactions(journal: Journal, statement: list[Transaction], account: str) -> list[Transaction]:
    """What of a statement is not in the journal yet, so that statements may overlap."""
    known = Counter(fingerprint(entry, account) for entry in journal if account in entry.accounts())
    fresh = []
    for entry in statement:
        mark = fingerprint(entry, account)
        # Each payment in the journal stands for one row only: two equal rows may both be real.
        if known[mark] > 0:
            known[mark] -= 1
        else:
            fresh.append(entry)
    return fresh


def import_statement(journal: Journal, text: str, rules: ImportRules) -> Journal:
    """The journal with what is new in a statement."""
    return journal.adding(new_transactions(journal, read_statement(text, rules), rules.account))
