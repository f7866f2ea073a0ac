"""Days, months, periods and rules for what recurs."""

import unittest
from datetime import date

from tallybook.dates import (
    DateError,
    Period,
    add_months,
    days_in_month,
    month_of,
    parse_date,
    parse_period,
    parse_recurrence,
)


class MonthTest(unittest.TestCase):
    def test_days_in_month_knows_leap_years(self):
        self.assertEqual(days_in_month(2024, 2), 29)
        self.assertEqual(days_in_month(2023, 2), 28)
        self.assertEqual(days_in_month(2024, 4), 30)

    def test_adds_months_over_the_end_of_a_year(self):
        self.assertEqual(add_months(date(2023, 11, 15), 3), date(2024, 2, 15))
        self.assertEqual(add_months(date(2024, 1, 15), -1), date(2023, 12, 15))
        self.assertEqual(add_months(date(2024, 1, 15), 0), date(2024, 1, 15))

    def test_adds_months_to_the_last_day_of_a_long_month(self):
        self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))
        self.assertEqual(add_months(date(2024, 8, 31), 1), date(2024, 9, 30))

    def test_month_of_a_day(self):
        self.assertEqual(month_of(date(2024, 12, 24)), Period(date(2024, 12, 1), date(2025, 1, 1)))

    def test_parses_days(self):
        self.assertEqual(parse_date("2024-02-29"), date(2024, 2, 29))
        with self.assertRaises(DateError):
            parse_date("2023-02-29")


class PeriodTest(unittest.TestCase):
    def test_reads_years_quarters_months_and_days(self):
        cases = {
            "2024": "2024-01-01..2024-12-31",
            "2024-Q1": "2024-01-01..2024-03-31",
            "2024-Q4": "2024-10-01..2024-12-31",
            "2024-02": "2024-02-01..2024-02-29",
            "2024-02-03": "2024-02-03..2024-02-03",
            "2024-03-05..2024-03-11": "2024-03-05..2024-03-11",
        }
        for text, expected in cases.items():
            with self.subTest(text=text):
                self.assertEqual(str(parse_period(text)), expected)

    def test_refuses_what_is_not_a_period(self):
        for text in ("24", "2024-13", "2024-Q5", "soon", "2024-02-02..2024-01-01"):
            with self.subTest(text=text):
                with self.assertRaises(DateError):
                    parse_period(text)

    def test_contains_its_first_day_and_not_its_end(self):
        march = parse_period("2024-03")
        self.assertIn(date(2024, 3, 1), march)
        self.assertIn(date(2024, 3, 31), march)
        self.assertNotIn(date(2024, 4, 1), march)
        self.assertNotIn(date(2024, 2, 29), march)

    def test_counts_days(self):
        self.assertEqual(parse_period("2024").days(), 366)
        self.assertEqual(parse_period("2024-02-03").days(), 1)

    def test_months_are_cut_off_at_the_ends(self):
        months = [str(month) for month in parse_period("2024-01-20..2024-03-02").months()]
        self.assertEqual(
            months, ["2024-01-20..2024-01-31", "2024-02-01..2024-02-29", "2024-03-01..2024-03-02"]
        )


class RecurrenceTest(unittest.TestCase):
    def days(self, rule, start, period, until=None):
        found = parse_recurrence(rule, start, until).occurrences(parse_period(period))
        return [day.isoformat() for day in found]

    def test_counts_days_weeks_months_and_years_from_its_start(self):
        start = date(2024, 1, 10)
        self.assertEqual(self.days("every 10 days", start, "2024-02"), ["2024-02-09", "2024-02-19", "2024-02-29"])
        self.assertEqual(self.days("every 2 weeks", start, "2024-02"), ["2024-02-07", "2024-02-21"])
        self.assertEqual(self.days("quarterly", start, "2024"), ["2024-01-10", "2024-04-10", "2024-07-10", "2024-10-10"])
        self.assertEqual(self.days("yearly", start, "2026-01"), ["2026-01-10"])

    def test_comes_back_to_the_last_day_after_a_short_month(self):
        self.assertEqual(
            self.days("monthly", date(2024, 1, 31), "2024-01-01..2024-05-31"),
            ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"],
        )
        self.assertEqual(self.days("yearly", date(2024, 2, 29), "2028-02"), ["2028-02-29"])

    def test_does_not_happen_before_its_start_or_after_its_end(self):
        self.assertEqual(self.days("daily", date(2024, 3, 30), "2024-03"), ["2024-03-30", "2024-03-31"])
        self.assertEqual(self.days("weekly", date(2024, 3, 1), "2024-03", date(2024, 3, 8)), ["2024-03-01", "2024-03-08"])

    def test_refuses_unknown_rules(self):
        for rule in ("often", "every 0 days", "every two weeks"):
            with self.subTest(rule=rule):
                with self.assertRaises(DateError):
                    parse_recurrence(rule, date(2024, 1, 1))
