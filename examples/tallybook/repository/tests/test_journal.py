"""Transactions that balance, and journals of them."""

import unittest
from datetime import date

from tallybook.accounts import AccountError
from tallybook.dates import parse_period
from tallybook.journal import Journal, JournalError, Posting, Transaction
from tallybook.money import Balance

from .builders import eur, transfer, usd


class TransactionTest(unittest.TestCase):
    def test_fills_in_the_open_amount(self):
        entry = transfer(date(2024, 1, 5), "Grocer", "Expenses:Food", "Assets:Bank", "23.40")
        self.assertEqual(entry.completed().postings[1].amount, eur("-23.40"))

    def test_open_amount_of_two_commodities_becomes_two_postings(self):
        postings = (Posting("Expenses:Food", eur("3")), Posting("Expenses:Fun", usd("5")), Posting("Assets:Cash"))
        filled = Transaction(date(2024, 1, 5), "Trip", postings).completed().postings
        self.assertEqual([posting.amount for posting in filled[2:]], [eur("-3"), usd("-5")])
        self.assertEqual({posting.account for posting in filled[2:]}, {"Assets:Cash"})

    def test_refuses_what_does_not_balance(self):
        postings = (Posting("Expenses:Food", eur("3")), Posting("Assets:Cash", eur("-2")))
        with self.assertRaises(JournalError) as caught:
            Transaction(date(2024, 1, 5), "Kiosk", postings).completed()
        self.assertEqual(str(caught.exception), "2024-01-05 Kiosk: off by 1.00 EUR")

    def test_refuses_two_open_amounts_and_a_single_posting(self):
        for postings in ((Posting("Expenses:Food"), Posting("Assets:Cash")), (Posting("Assets:Cash"),)):
            with self.subTest(postings=len(postings)):
                with self.assertRaises(JournalError):
                    Transaction(date(2024, 1, 5), "Kiosk", postings).completed()

    def test_refuses_bad_account_names(self):
        with self.assertRaises(AccountError):
            Posting("Wallet", eur("1"))

    def test_lists_its_accounts_once(self):
        postings = tuple(Posting(name) for name in ("Assets:Cash", "Expenses:Food", "Assets:Cash"))
        entry = Transaction(date(2024, 1, 5), "Kiosk", postings)
        self.assertEqual(entry.accounts(), ["Assets:Cash", "Expenses:Food"])


class JournalTest(unittest.TestCase):
    def setUp(self):
        self.journal = Journal(
            [
                transfer(date(2024, 2, 3), "Landlord", "Expenses:Rent", "Assets:Bank:Giro", "700"),
                transfer(date(2024, 1, 31), "Employer", "Assets:Bank:Giro", "Income:Salary", "2000"),
                transfer(
                    date(2024, 2, 3), "Cinema", "Expenses:Fun", "Assets:Cash", "12", tags=frozenset({"date"})
                ),
                transfer(date(2024, 2, 1), "Bank", "Assets:Cash", "Assets:Bank:Giro", "100", cleared=True),
            ]
        )

    def test_is_sorted_by_date_and_stable_within_a_day(self):
        payees = [entry.payee for entry in self.journal]
        self.assertEqual(payees, ["Employer", "Bank", "Landlord", "Cinema"])

    def test_lists_accounts_sorted(self):
        self.assertEqual(
            self.journal.accounts(),
            ["Assets:Bank:Giro", "Assets:Cash", "Expenses:Fun", "Expenses:Rent", "Income:Salary"],
        )

    def test_balance_includes_what_is_below(self):
        self.assertEqual(self.journal.balance_of("Assets:Bank"), Balance([eur("1200")]))
        self.assertEqual(self.journal.balance_of("Assets"), Balance([eur("1288")]))

    def test_balance_leaves_out_accounts_with_a_similar_name(self):
        extra = transfer(date(2024, 2, 4), "Shop", "Expenses:Funeral", "Assets:Bankcard", "50")
        longer = self.journal.adding([extra])
        self.assertEqual(longer.balance_of("Assets:Bank"), Balance([eur("1200")]))
        self.assertEqual(longer.balance_of("Expenses:Fun"), Balance([eur("12")]))

    def test_balance_at_the_end_of_a_day(self):
        self.assertEqual(self.journal.balance_of("Assets:Bank", date(2024, 1, 31)), Balance([eur("2000")]))
        self.assertTrue(self.journal.balance_of("Assets:Bank", date(2024, 1, 30)).is_zero())

    def test_whole_journal_adds_up_to_nothing(self):
        total = Balance(posting.amount for posting in self.journal.postings())
        self.assertTrue(total.is_zero())

    def test_selects_by_period(self):
        self.assertEqual([entry.payee for entry in self.journal.within(parse_period("2024-01"))], ["Employer"])
        self.assertEqual(len(self.journal.within(parse_period("2024-02-01..2024-02-03"))), 3)

    def test_selects_by_tag(self):
        self.assertEqual([entry.payee for entry in self.journal.tagged("date")], ["Cinema"])
        self.assertEqual(len(self.journal.tagged("work")), 0)

    def test_selects_transactions_that_touch_an_account(self):
        cash = self.journal.where(lambda entry: entry.touches("Assets:Cash"))
        self.assertEqual([entry.payee for entry in cash], ["Bank", "Cinema"])

    def test_adding_leaves_the_old_journal_alone(self):
        extra = transfer(date(2024, 1, 1), "Baker", "Expenses:Food", "Assets:Cash", "3")
        longer = self.journal.adding([extra])
        self.assertEqual(next(iter(longer)).payee, "Baker")
        self.assertEqual((len(self.journal), len(longer)), (4, 5))
