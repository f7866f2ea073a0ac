"""Short ways to make what the tests are about."""

from decimal import Decimal

from tallybook.journal import Posting, Transaction
from tallybook.money import Amount


def eur(quantity):
    return Amount(Decimal(quantity), "EUR")


def usd(quantity):
    return Amount(Decimal(quantity), "USD")


def transfer(day, payee, target, source, quantity, **more):
    """A transaction over two accounts, in euros, with the second amount open."""
    return Transaction(day, payee, (Posting(target, eur(quantity)), Posting(source)), **more)
