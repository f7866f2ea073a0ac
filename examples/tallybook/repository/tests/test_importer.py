"""Bank statements read from CSV."""

import unittest

from tallybook.importer import ImportRules, StatementError, import_statement, read_amount, read_statement
from tallybook.journal import Journal
from tallybook.parser import parse_journal

from .builders import eur

STATEMENT = """Date,Payee,Amount
2024-01-05,GROCER  on the corner,-23.40
2024-01-31,Employer Ltd,"2,000.00"
2024-02-01,Who Knows,-5
"""


class ImporterTest(unittest.TestCase):
    def setUp(self):
        self.rules = ImportRules(
            account="Assets:Bank",
            commodity="EUR",
            patterns=(("grocer|market", "Expenses:Food"), ("^employer", "Income:Salary"), ("er", "Expenses:Wrong")),
        )

    def test_first_pattern_found_decides_on_the_other_account(self):
        entries = read_statement(STATEMENT, self.rules)
        self.assertEqual(
            [entry.accounts()[1] for entry in entries], ["Expenses:Food", "Income:Salary", "Expenses:Unknown"]
        )
        self.assertEqual(entries[0].payee, "GROCER on the corner")
        self.assertTrue(all(entry.cleared for entry in entries))

    def test_rows_are_payments_on_the_account(self):
        journal = import_statement(Journal(), STATEMENT, self.rules)
        self.assertEqual(str(journal.balance_of("Assets:Bank")), "1,971.60 EUR")
        self.assertEqual(str(journal.balance_of("Expenses:Food")), "23.40 EUR")

    def test_importing_again_adds_nothing(self):
        journal = parse_journal(
            "2024-01-05 Grocer on the corner\n  Expenses:Food  20 EUR\n  Expenses:Fun  3.40 EUR\n  Assets:Bank\n"
        )
        once = import_statement(journal, STATEMENT, self.rules)
        self.assertEqual(len(once), 3)
        self.assertEqual(list(import_statement(once, STATEMENT, self.rules)), list(once))

    def test_reads_amounts_as_banks_write_them(self):
        german = ImportRules("Assets:Bank", "EUR", delimiter=";", decimal_mark=",", date_format="%d.%m.%Y")
        for text, expected in (("-1.234,56", "-1234.56"), ("7,5", "7.5"), ("12,00-", "-12")):
            with self.subTest(text=text):
                self.assertEqual(read_amount(text, german), eur(expected))
        self.assertEqual(read_amount("(1,250.00)", self.rules), eur("-1250"))
        (entry,) = read_statement("Date;Payee;Amount\n31.01.2024;Bahn;-9,90\n", german)
        self.assertEqual(entry.postings[0].amount, eur("-9.90"))

    def test_two_equal_payments_on_one_day_are_two_payments(self):
        coffee = "2024-01-08,Kiosk,-2.50\n"
        once = import_statement(Journal(), "Date,Payee,Amount\n" + coffee, self.rules)
        twice = import_statement(once, "Date,Payee,Amount\n" + coffee * 2, self.rules)
        self.assertEqual(len(twice), 2)
        self.assertEqual(str(twice.balance_of("Assets:Bank")), "-5.00 EUR")

    def test_errors_name_the_row_or_the_column(self):
        with self.assertRaisesRegex(StatementError, "no column 'Payee'"):
            read_statement("Date,Amount\n", self.rules)
        with self.assertRaisesRegex(StatementError, "row 2"):
            read_statement("Date,Payee,Amount\n2024-01-01,A,1\n01.02.2024,B,1\n", self.rules)
        with self.assertRaisesRegex(StatementError, "not an amount"):
            read_statement("Date,Payee,Amount\n2024-01-01,A,free\n", self.rules)
