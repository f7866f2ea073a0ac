"""Budgets: what was planned against what was spent."""

import unittest

from tallybook.budget import parse_budget
from tallybook.dates import parse_period
from tallybook.money import parse_amount
from tallybook.parser import ParseError, parse_journal

BUDGET = """
Expenses:Food     310 EUR monthly
Expenses:Travel  1,200 EUR yearly   ; trains
Income:Salary    6000 EUR quarterly
"""

JOURNAL = """
2024-01-03 Grocer
    Expenses:Food           250 EUR
    Assets:Bank
2024-01-20 Canteen
    Expenses:Food:Lunch      80 EUR
    Assets:Bank
2024-01-25 Railway
    Expenses:Travel         100 EUR
    Assets:Bank
2024-01-31 Employer
    Assets:Bank           1,900 EUR
    Income:Salary
2024-02-05 Cinema
    Expenses:Fun             12 EUR
    Assets:Bank
"""


class BudgetTest(unittest.TestCase):
    def setUp(self):
        self.budget = parse_budget(BUDGET)
        self.journal = parse_journal(JOURNAL)

    def results(self, period):
        return {result.account: result for result in self.budget.results(self.journal, parse_period(period))}

    def test_plans_by_months_whatever_the_term(self):
        planned = {name: str(result.planned) for name, result in self.results("2024-02").items()}
        self.assertEqual(
            planned,
            {"Expenses:Food": "310.00 EUR", "Expenses:Travel": "100.00 EUR", "Income:Salary": "2,000.00 EUR"},
        )

    def test_plans_parts_of_months_by_days(self):
        food = self.results("2024-01-22..2024-02-29")["Expenses:Food"]
        self.assertEqual(food.planned, parse_amount("410 EUR"))

    def test_compares_with_what_was_spent_below_the_account(self):
        food = self.results("2024-01")["Expenses:Food"]
        self.assertEqual(food.actual, parse_amount("330 EUR"))
        self.assertEqual(food.remaining, parse_amount("-20 EUR"))

    def test_tells_over_from_under(self):
        statuses = [result.status for result in self.results("2024-01").values()]
        self.assertEqual(statuses, ["over", "on", "under"])

    def test_income_counts_as_positive(self):
        self.assertEqual(self.results("2024-01")["Income:Salary"].actual, parse_amount("1,900 EUR"))

    def test_lists_expenses_that_nobody_planned(self):
        self.assertEqual(self.budget.unplanned(self.journal, parse_period("2024")), ["Expenses:Fun"])
        self.assertEqual(self.budget.unplanned(self.journal, parse_period("2024-01")), [])

    def test_refuses_lines_that_overlap_or_cannot_be_read(self):
        for text in (
            "Expenses:Food  1 EUR monthly\nExpenses:Food:Lunch  1 EUR monthly",
            "Expenses:Food  1 EUR",
            "Expenses:Food  1 EUR hourly",
            "Food  1 EUR monthly",
            "Expenses:Food  one EUR monthly",
        ):
            with self.subTest(text=text):
                with self.assertRaises(ParseError):
                    parse_budget(text)
