"""Reading journals from text.

    2024-01-05 * Grocer #food      ; cleared, with a tag
        Expenses:Food   23.40 EUR
        Assets:Bank                ; the amount may be left open once

    2024-01-31 Employer
        Assets:Bank     2,000 EUR   = 2,310.15 EUR  ; what the bank says it comes to
        Income:Salary

    ~ monthly from 2024-01-31 until 2024-12-31  Landlord
        Expenses:Rent   700 EUR
        Assets:Bank

Account and amount are two spaces or more apart. A semicolon starts a comment.
"""

from __future__ import annotations

import re
from typing import Iterator

from .accounts import AccountError
from .dates import DateError, parse_date, parse_recurrence
from .journal import Journal, JournalError, Posting, RecurringTransaction, Transaction
from .money import MoneyError, parse_amount

_HEADER = re.compile(r"^(?P<date>\d{4}-\d{2}-\d{2})(?:\s+(?P<cleared>\*))?(?:\s+(?P<rest>.*))?$")
_RECURRING = re.compile(
    r"^~\s+(?P<rule>.+?)\s+from\s+(?P<start>\S+)(?:\s+until\s+(?P<until>\S+))?(?:\s{2,}(?P<rest>.*))?$"
)
_TAG = re.compile(r"(?:^|\s)#([A-Za-z][\w-]*)")
_FIELD_GAP = re.compile(r"\s{2,}|\t")


class ParseError(ValueError):
    """Text that is not a journal; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def strip_comment(line: str) -> str:
    """The line without its comment and trailing space."""
    return line.split(";", 1)[0].rstrip()


def split_fields(line: str) -> list[str]:
    """Fields that are set apart by a tab or two spaces or more."""
    return [field for field in _FIELD_GAP.split(line.strip()) if field]


def parse_journal(text: str) -> Journal:
    """Read a whole journal; raises ParseError with the line at fault."""
    transactions: list[Transaction] = []
    recurring: list[RecurringTransaction] = []
    for line, header, body in read_blocks(text):
        if header.startswith("~"):
            recurring.append(_read_recurring(line, header, body))
        else:
            transactions.append(_read_transaction(line, header, body))
    journal = Journal(transactions, recurring)
    for mismatch in journal.mismatches():
        raise ParseError(mismatch.transaction.line, str(mismatch))
    return journal


def read_blocks(text: str) -> Iterator[tuple[int, str, list[tuple[int, str]]]]:
    """Each unindented line with its number and the numbered, indented lines below it."""
    block: tuple[int, str, list[tuple[int, str]]] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = strip_comment(raw)
        if not line:
            continue
        if not line[0].isspace():
            if block is not None:
                yield block
            block = (number, line, [])
        elif block is None:
            raise ParseError(number, "an indented line that belongs to nothing")
        else:
            block[2].append((number, line.strip()))
    if block is not None:
        yield block


def _read_transaction(line: int, header: str, body: list[tuple[int, str]]) -> Transaction:
    match = _HEADER.match(header)
    if match is None:
        raise ParseError(line, f"expected a date, got {header!r}")
    return _build(line, match["date"], match["rest"], body, match["cleared"] is not None)


def _read_recurring(line: int, header: str, body: list[tuple[int, str]]) -> RecurringTransaction:
    match = _RECURRING.match(header)
    if match is None:
        raise ParseError(line, f"expected a rule and a first day, got {header!r}")
    template = _build(line, match["start"], match["rest"], body, False)
    try:
        until = parse_date(match["until"]) if match["until"] else None
        return RecurringTransaction(parse_recurrence(match["rule"], template.date, until), template)
    except DateError as error:
        raise ParseError(line, str(error)) from error


def _build(line: int, day: str, rest: str | None, body: list[tuple[int, str]], cleared: bool) -> Transaction:
    payee, tags = split_tags(rest or "")
    postings = tuple(_read_posting(number, text) for number, text in body)
    try:
        return Transaction(parse_date(day), payee, postings, cleared, tags, line).completed()
    except (DateError, JournalError) as error:
        raise ParseError(line, str(error)) from error


def split_tags(text: str) -> tuple[str, frozenset[str]]:
    """The payee and the tags behind it."""
    tags = frozenset(_TAG.findall(text))
    return _TAG.sub("", text).strip(), tags


def _read_posting(line: int, text: str) -> Posting:
    account, *fields = split_fields(text)
    try:
        expected = parse_amount(fields.pop()[1:]) if fields and fields[-1].startswith("=") else None
        if len(fields) > 1:
            raise ParseError(line, f"expected an account and an amount, got {len(fields) + 1} fields")
        return Posting(account, parse_amount(fields[0]) if fields else None, expected)
    except (AccountError, MoneyError) as error:
        raise ParseError(line, str(error)) from error
