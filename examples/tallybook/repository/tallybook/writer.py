"""Writing journals as text that reads back as the same journal."""

from __future__ import annotations

from typing import Iterable

from .journal import Journal, Posting, Transaction

INDENT = "    "
GAP = "  "


def format_header(transaction: Transaction) -> str:
    """Date, mark, payee and tags on one line."""
    parts = [transaction.date.isoformat()]
    if transaction.cleared:
        parts.append("*")
    if transaction.payee:
        parts.append(transaction.payee)
    parts.extend(f"#{tag}" for tag in sorted(transaction.tags))
    return " ".join(parts)


def format_posting(posting: Posting, account_width: int, amount_width: int) -> str:
    """An indented line with the amount flush right in its column."""
    fields = [posting.account]
    if posting.amount is not None:
        fields = [posting.account.ljust(account_width), str(posting.amount).rjust(amount_width)]
    if posting.expected is not None:
        fields.append(f"= {posting.expected}")
    return INDENT + GAP.join(fields)


def column_widths(transactions: Iterable[Transaction]) -> tuple[int, int]:
    """Widths that all accounts and all amounts fit in."""
    postings = [posting for transaction in transactions for posting in transaction.postings]
    account_width = max((len(posting.account) for posting in postings), default=0)
    amounts = [str(posting.amount) for posting in postings if posting.amount is not None]
    return account_width, max((len(amount) for amount in amounts), default=0)


def format_transaction(transaction: Transaction, widths: tuple[int, int] | None = None) -> str:
    """The lines of one transaction, each ended by a line feed."""
    account_width, amount_width = widths or column_widths([transaction])
    lines = [format_header(transaction)]
    for posting in transaction.postings:
        lines.append(format_posting(posting, account_width, amount_width))
    return "".join(f"{line}\n" for line in lines)


def format_journal(journal: Journal) -> str:
    """All transactions with their columns aligned, an empty line between two."""
    widths = column_widths(journal)
    return "\n".join(format_transaction(transaction, widths) for transaction in journal)
