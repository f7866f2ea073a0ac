"""Journals read from text, and what is refused with which line."""

import textwrap
import unittest
from datetime import date

from tallybook.dates import parse_period
from tallybook.money import parse_amount
from tallybook.parser import ParseError, parse_journal, split_fields, split_tags, strip_comment


def journal_of(text):
    return parse_journal(textwrap.dedent(text))


class ParserTest(unittest.TestCase):
    def test_reads_a_transaction(self):
        (entry,) = journal_of(
            """
            2024-01-05 * Grocer on the corner #food #week-1
                Expenses:Food    23.40 EUR
                Assets:Bank
            """
        )
        self.assertEqual(entry.date, date(2024, 1, 5))
        self.assertEqual(entry.payee, "Grocer on the corner")
        self.assertEqual(entry.tags, {"food", "week-1"})
        self.assertTrue(entry.cleared)
        self.assertEqual(entry.postings[0].amount, parse_amount("23.40 EUR"))
        self.assertEqual(entry.postings[1].amount, parse_amount("-23.40 EUR"))

    def test_reads_several_transactions_and_skips_comments(self):
        journal = journal_of(
            """
            ; my money
            2024-02-01 Landlord
                Expenses:Rent  700 EUR   ; without heating
                ; paid late
                Assets:Bank
            2024-01-01 Employer
                Assets:Bank\t2000 EUR
                Income:Salary
            """
        )
        self.assertEqual([entry.payee for entry in journal], ["Employer", "Landlord"])
        self.assertFalse(any(entry.cleared for entry in journal))
        self.assertEqual(str(journal.balance_of("Assets:Bank")), "1,300.00 EUR")

    def test_reads_what_recurs_and_forecasts_it(self):
        journal = journal_of(
            """
            ~ every 2 weeks from 2024-01-05 until 2024-02-02  Cleaner #home
                Expenses:Home   40 EUR
                Assets:Cash
            2024-01-01 Opening
                Assets:Cash    200 EUR
                Equity:Opening
            """
        )
        self.assertEqual(len(journal), 1)
        forecast = journal.forecast(parse_period("2024"))
        self.assertEqual(
            [entry.date.isoformat() for entry in forecast.tagged("home")], ["2024-01-05", "2024-01-19", "2024-02-02"]
        )
        self.assertEqual(str(forecast.balance_of("Assets:Cash")), "80.00 EUR")

    def test_reads_the_balance_that_an_account_should_come_to(self):
        (entry,) = journal_of("2024-01-05 Opening\n  Assets:Cash  5 EUR  = 5 EUR\n  Equity:Opening\n")
        self.assertEqual(entry.postings[0].expected, parse_amount("5 EUR"))
        self.assertIsNone(entry.postings[1].expected)

    def test_expected_balances_go_by_date_and_not_by_place_in_the_text(self):
        journal = journal_of(
            """
            2024-03-01 Later
                Assets:Cash    2 EUR  = 7 EUR
                Equity:Opening
            2024-02-01 Earlier
                Assets:Cash    5 EUR  = 5 EUR
                Equity:Opening
            """
        )
        self.assertEqual(journal.mismatches(), [])

    def test_empty_text_is_an_empty_journal(self):
        self.assertEqual(len(parse_journal("")), 0)
        self.assertEqual(len(parse_journal("; nothing yet\n\n")), 0)

    def test_payee_may_be_missing(self):
        (entry,) = journal_of("2024-01-05\n  Assets:Cash  1 EUR\n  Equity:Opening\n")
        self.assertEqual(entry.payee, "")


class ParserErrorTest(unittest.TestCase):
    def assertRefused(self, text, line, part):
        with self.assertRaises(ParseError) as caught:
            parse_journal(text)
        self.assertEqual(caught.exception.line, line)
        self.assertIn(part, caught.exception.reason)

    def test_headers_that_cannot_be_read(self):
        self.assertRefused("\n  Assets:Cash  1 EUR\n", 2, "belongs to nothing")
        self.assertRefused("Grocer\n", 1, "expected a date")
        self.assertRefused("2024-02-30 Grocer\n", 1, "no such day")

    def test_rules_that_cannot_be_read(self):
        body = "\n  Assets:Cash  1 EUR\n  Equity:Opening\n"
        self.assertRefused("~ monthly" + body, 1, "first day")
        self.assertRefused("~ often from 2024-01-01  X" + body, 1, "not a rule")
        self.assertRefused("~ daily from 2024-01-01 until never  X" + body, 1, "no such day")

    def test_bad_account_and_bad_amount(self):
        self.assertRefused("2024-02-01 X\n  Wallet  1 EUR\n", 2, "Wallet")
        self.assertRefused("2024-02-01 X\n  Assets:Cash  one\n", 2, "not an amount")

    def test_too_many_fields(self):
        self.assertRefused("2024-02-01 X\n  Assets:Cash  1 EUR  2 EUR\n", 2, "3 fields")

    def test_balance_that_is_not_what_it_should_be(self):
        opening = "2024-02-01 X\n  Assets:Cash  5 EUR\n  Equity:Opening\n"
        self.assertRefused(
            opening + "2024-02-02 Y\n  Assets:Cash  2 EUR  = 8 EUR\n  Equity:Opening\n",
            4,
            "Assets:Cash comes to 7.00 EUR, expected 8.00 EUR",
        )

    def test_unbalanced_transaction_names_its_header(self):
        self.assertRefused("\n2024-02-01 X\n  Assets:Cash  1 EUR\n  Equity:Opening  1 EUR\n", 2, "off by 2.00 EUR")


class LineTest(unittest.TestCase):
    def test_strips_comments(self):
        self.assertEqual(strip_comment("  Assets:Cash  1 EUR ; coins; notes"), "  Assets:Cash  1 EUR")
        self.assertEqual(strip_comment("; all of it"), "")

    def test_splits_fields_at_wide_gaps_only(self):
        self.assertEqual(split_fields("  Assets:Cash   1 EUR\tnote "), ["Assets:Cash", "1 EUR", "note"])

    def test_splits_tags_from_the_payee(self):
        self.assertEqual(split_tags("Shop No#5 #gift"), ("Shop No#5", frozenset({"gift"})))
        self.assertEqual(split_tags("Shop"), ("Shop", frozenset()))
