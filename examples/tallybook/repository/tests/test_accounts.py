"""Account names: form, kinds, relations."""

import unittest

from tallybook import accounts
from tallybook.accounts import AccountError


class AccountNameTest(unittest.TestCase):
    def test_splits_into_components(self):
        self.assertEqual(accounts.split_account("Assets:Bank:Giro-1"), ["Assets", "Bank", "Giro-1"])

    def test_refuses_unknown_kinds(self):
        with self.assertRaises(AccountError) as caught:
            accounts.split_account("Money:Bank")
        self.assertIn("Liabilities", str(caught.exception))

    def test_refuses_bad_components(self):
        for name in ("Assets:", "Assets::Bank", "Assets:bank", "Assets:Bank Giro", ""):
            with self.subTest(name=name):
                self.assertFalse(accounts.is_account(name))

    def test_knows_a_good_name(self):
        self.assertTrue(accounts.is_account("Expenses:Food"))
        self.assertTrue(accounts.is_account("Equity"))

    def test_kind_and_normal_sign(self):
        self.assertEqual(accounts.kind_of("Income:Salary"), "Income")
        signs = {kind: accounts.normal_sign(kind) for kind in accounts.KINDS}
        self.assertEqual(
            signs, {"Assets": 1, "Liabilities": -1, "Equity": -1, "Income": -1, "Expenses": 1}
        )


class AccountTreeTest(unittest.TestCase):
    def test_parent_and_leaf(self):
        self.assertEqual(accounts.leaf_of("Assets:Bank:Giro"), "Giro")
        self.assertEqual(accounts.parent_of("Assets:Bank:Giro"), "Assets:Bank")
        self.assertIsNone(accounts.parent_of("Assets"))

    def test_ancestors_are_listed_nearest_first(self):
        self.assertEqual(accounts.ancestors_of("Assets:Bank:Giro"), ["Assets:Bank", "Assets"])
        self.assertEqual(accounts.ancestors_of("Assets"), [])

    def test_depth(self):
        self.assertEqual(accounts.depth_of("Assets"), 1)
        self.assertEqual(accounts.depth_of("Assets:Bank:Giro"), 3)

    def test_is_under_itself_and_its_ancestors(self):
        self.assertTrue(accounts.is_under("Assets:Bank", "Assets:Bank"))
        self.assertTrue(accounts.is_under("Assets:Bank", "Assets"))
        self.assertFalse(accounts.is_under("Assets", "Assets:Bank"))

    def test_is_not_under_an_account_whose_name_it_merely_starts_with(self):
        self.assertFalse(accounts.is_under("Assets:Bankcard", "Assets:Bank"))

    def test_shortens_to_a_depth(self):
        self.assertEqual(accounts.shorten("Expenses:Food:Lunch", 2), "Expenses:Food")
        self.assertEqual(accounts.shorten("Expenses:Food", 5), "Expenses:Food")
