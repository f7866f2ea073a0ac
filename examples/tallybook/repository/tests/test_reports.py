"""Tables of what a journal adds up to."""

import textwrap
import unittest

from tallybook.budget import parse_budget
from tallybook.dates import parse_period
from tallybook.money import Balance, parse_amount
from tallybook.parser import parse_journal
from tallybook.reports import (
    account_balances,
    balance_report,
    budget_report,
    income_report,
    income_statement,
    register,
    register_report,
    render_table,
    tree_balances,
)

TEXT = """
2024-01-01 Opening
    Assets:Bank:Giro     1,000 EUR
    Assets:Cash             80 EUR
    Equity:Opening
2024-01-10 Employer
    Assets:Bank:Giro     2,000 EUR
    Income:Salary
2024-01-12 Grocer #food
    Expenses:Food        45.50 EUR
    Assets:Cash
2024-02-02 Landlord
    Expenses:Rent          700 EUR
    Assets:Bank:Giro
2024-02-14 Restaurant #food
    Expenses:Food:Lunch  30.00 USD
    Assets:Cash         -30.00 USD
"""


def balance(*texts):
    return Balance(parse_amount(text) for text in texts)


class BalanceReportTest(unittest.TestCase):
    def setUp(self):
        self.journal = parse_journal(TEXT)

    def test_balances_of_accounts_by_themselves(self):
        balances = account_balances(self.journal)
        self.assertEqual(balances["Assets:Cash"], balance("34.50 EUR", "-30 USD"))
        self.assertEqual(balances["Expenses:Food"], balance("45.50 EUR"))
        self.assertNotIn("Assets", balances)

    def test_balances_of_ancestors_include_their_children(self):
        balances = tree_balances(self.journal)
        self.assertEqual(balances["Assets"], balance("2334.50 EUR", "-30 USD"))
        self.assertEqual(balances["Expenses:Food"], balance("45.50 EUR", "30 USD"))
        self.assertEqual(list(balances)[:4], ["Assets", "Assets:Bank", "Assets:Bank:Giro", "Assets:Cash"])

    def test_report_is_indented_and_cut_at_a_depth(self):
        expected = textwrap.dedent(
            """\
            Assets    2,334.50 EUR, -30.00 USD
              Bank                2,300.00 EUR
              Cash       34.50 EUR, -30.00 USD
            Equity               -1,080.00 EUR
              Opening            -1,080.00 EUR
            Expenses     745.50 EUR, 30.00 USD
              Food        45.50 EUR, 30.00 USD
              Rent                  700.00 EUR
            Income               -2,000.00 EUR
              Salary             -2,000.00 EUR
            """
        )
        report = balance_report(self.journal, depth=2)
        self.assertEqual([line.split() for line in report.splitlines()], [line.split() for line in expected.splitlines()])
        self.assertEqual(len({len(line) for line in report.splitlines()}), 1)

    def test_report_of_all_levels_leaves_out_zeros(self):
        settled = parse_journal(
            TEXT + "2024-03-01 Exchange\n  Assets:Cash  30 USD\n  Assets:Cash  -34.50 EUR\n"
            "  Equity:Exchange  -30 USD\n  Equity:Exchange  34.50 EUR\n"
        )
        lines = [line.split()[0] for line in balance_report(settled).splitlines()]
        self.assertNotIn("Cash", lines)
        self.assertIn("Lunch", lines)

    def test_report_of_nothing(self):
        self.assertEqual(balance_report(parse_journal("")), "")
        self.assertEqual(register_report(self.journal, "Liabilities"), "")


class RegisterTest(unittest.TestCase):
    def setUp(self):
        self.journal = parse_journal(TEXT)

    def test_rows_carry_a_running_balance(self):
        rows = register(self.journal, "Assets:Bank")
        self.assertEqual([row.payee for row in rows], ["Opening", "Employer", "Landlord"])
        self.assertEqual([str(row.balance) for row in rows], ["1,000.00 EUR", "3,000.00 EUR", "2,300.00 EUR"])
        self.assertEqual(rows[-1].amount, parse_amount("-700 EUR"))

    def test_balance_of_a_period_starts_from_what_was_before(self):
        (row,) = register(self.journal, "Assets:Bank", parse_period("2024-02"))
        self.assertEqual(row.balance, balance("2300 EUR"))

    def test_register_ends_at_the_balance_of_the_journal(self):
        for account in self.journal.accounts():
            with self.subTest(account=account):
                self.assertEqual(register(self.journal, account)[-1].balance, self.journal.balance_of(account))

    def test_report_is_aligned(self):
        self.assertEqual(
            register_report(self.journal, "Expenses"),
            "2024-01-12  Grocer       45.50 EUR              45.50 EUR\n"
            "2024-02-02  Landlord    700.00 EUR             745.50 EUR\n"
            "2024-02-14  Restaurant   30.00 USD  745.50 EUR, 30.00 USD\n",
        )


class TableTest(unittest.TestCase):
    def test_sets_columns_left_and_right(self):
        self.assertEqual(render_table([("a", "1", "x"), ("bbb", "22", "")], "<><"), "a     1  x\nbbb  22\n")

    def test_budget_report(self):
        budget = parse_budget("Expenses:Food  40 EUR monthly\nExpenses:Rent  700 EUR monthly")
        self.assertEqual(
            budget_report(budget, parse_journal(TEXT), parse_period("2024-01")),
            "Expenses:Food   40.00 EUR  45.50 EUR   -5.50 EUR  over\n"
            "Expenses:Rent  700.00 EUR   0.00 EUR  700.00 EUR  under\n",
        )


class IncomeStatementTest(unittest.TestCase):
    def setUp(self):
        self.journal = parse_journal(TEXT)

    def test_income_and_expenses_of_each_month(self):
        january, february = income_statement(self.journal, parse_period("2024-01-01..2024-02-29"))
        self.assertEqual(january[1:], (balance("2000 EUR"), balance("45.50 EUR")))
        self.assertEqual(february[1:], (Balance(), balance("700 EUR", "30 USD")))

    def test_report_ends_with_the_sums(self):
        lines = income_report(self.journal, parse_period("2024-01-01..2024-01-31")).splitlines()
        self.assertEqual(lines[0].split(), "2024-01 2,000.00 EUR 45.50 EUR 1,954.50 EUR".split())
        self.assertEqual(lines[0].split()[1:], lines[1].split()[1:])
