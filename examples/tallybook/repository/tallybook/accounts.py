"""Account names: colon-separated paths below one of five kinds."""

from __future__ import annotations

import re

SEPARATOR = ":"
KINDS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
# Kinds whose balance grows by debits, which postings write as positive.
DEBIT_KINDS = ("Assets", "Expenses")

_COMPONENT = re.compile(r"^[A-Z][A-Za-z0-9-]*$")


class AccountError(ValueError):
    """An account name that is not well formed."""


def split_account(account: str) -> list[str]:
    """The components of an account name; refuses names that are not well formed."""
    parts = account.split(SEPARATOR)
    if parts[0] not in KINDS:
        raise AccountError(f"{account!r} does not start with one of {', '.join(KINDS)}")
    for part in parts:
        if not _COMPONENT.match(part):
            raise AccountError(f"{account!r} has a bad component {part!r}")
    return parts


def is_account(text: str) -> bool:
    """True for a well-formed account name."""
    try:
        split_account(text)
    except AccountError:
        return False
    return True


def kind_of(account: str) -> str:
    """The first component: Assets, Liabilities, Equity, Income or Expenses."""
    return split_account(account)[0]


def normal_sign(account: str) -> int:
    """1 where a usual balance is positive (assets, expenses), else -1."""
    return 1 if kind_of(account) in DEBIT_KINDS else -1


def parent_of(account: str) -> str | None:
    """The account one level up, or None for a kind itself."""
    parts = split_account(account)
    return SEPARATOR.join(parts[:-1]) or None


def leaf_of(account: str) -> str:
    """The last component."""
    return split_account(account)[-1]


def ancestors_of(account: str) -> list[str]:
    """All accounts above this one, nearest first."""
    found = []
    parent = parent_of(account)
    while parent is not None:
        found.append(parent)
        parent = parent_of(parent)
    return found


def depth_of(account: str) -> int:
    """1 for a kind, 2 for what is right below it, and so on."""
    return len(split_account(account))


def is_under(account: str, root: str) -> bool:
    """True for the root account itself and everything below it."""
    return account == root or account.startswith(root + SEPARATOR)


def shorten(account: str, depth: int) -> str:
    """The ancestor at the given depth, or the account where it is not that deep."""
    return SEPARATOR.join(split_account(account)[:depth])
