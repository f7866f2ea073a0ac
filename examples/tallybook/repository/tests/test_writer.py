"""Journals written as text."""

import textwrap
import unittest
from datetime import date

from tallybook.journal import Journal, Posting, Transaction
from tallybook.money import parse_amount
from tallybook.parser import parse_journal
from tallybook.writer import column_widths, format_header, format_journal, format_transaction

TEXT = textwrap.dedent(
    """\
    2024-01-05 * Grocer #food #week
        Expenses:Food      23.40 EUR
        Assets:Bank       -23.40 EUR

    2024-01-06 Employer
        Assets:Bank    2,000.00 EUR  = 1,976.60 EUR
        Income:Salary
    """
)


class WriterTest(unittest.TestCase):
    def test_writes_aligned_columns(self):
        written = format_journal(parse_journal(TEXT))
        self.assertEqual(written.splitlines()[:3], TEXT.splitlines()[:3])
        self.assertEqual(written.splitlines()[-1], "    Income:Salary  -2,000.00 EUR")

    def test_written_text_reads_back_as_the_same_journal(self):
        journal = parse_journal(TEXT)
        self.assertEqual(list(parse_journal(format_journal(journal))), list(journal))

    def test_header_leaves_out_what_is_missing(self):
        bare = Transaction(date(2024, 3, 1), "", ())
        self.assertEqual(format_header(bare), "2024-03-01")

    def test_open_amounts_stay_open(self):
        entry = Transaction(
            date(2024, 3, 1), "Kiosk", (Posting("Expenses:Fun", parse_amount("$2")), Posting("Assets:Cash"))
        )
        self.assertEqual(
            format_transaction(entry), "2024-03-01 Kiosk\n    Expenses:Fun  2.00 USD\n    Assets:Cash\n"
        )

    def test_widths_of_nothing(self):
        self.assertEqual(column_widths([]), (0, 0))
        self.assertEqual(format_journal(Journal()), "")
