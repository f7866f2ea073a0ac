"""Plain-text double-entry bookkeeping.

`parse_journal` reads a journal, the functions of `tallybook.reports` print
what it comes to, `parse_budget` and `import_statement` work beside it.
"""

from .accounts import AccountError
from .budget import Budget, parse_budget
from .dates import DateError, Period, parse_period
from .importer import ImportRules, StatementError, import_statement
from .journal import Journal, JournalError, Posting, Transaction
from .money import Amount, Balance, MoneyError, parse_amount
from .parser import ParseError, parse_journal
from .writer import format_journal

__all__ = [
    "AccountError",
    "Amount",
    "Balance",
    "Budget",
    "DateError",
    "ImportRules",
    "Journal",
    "JournalError",
    "MoneyError",
    "ParseError",
    "Period",
    "Posting",
    "StatementError",
    "Transaction",
    "format_journal",
    "import_statement",
    "parse_amount",
    "parse_budget",
    "parse_journal",
    "parse_period",
]
