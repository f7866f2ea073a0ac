"""Amounts: rounding, arithmetic, reading and printing."""

import unittest
from decimal import Decimal

from tallybook.money import Amount, Balance, MoneyError, parse_amount, places_of, sum_balances

from .builders import eur, usd


class AmountTest(unittest.TestCase):
    def test_rounds_half_to_even_at_the_places_of_the_commodity(self):
        self.assertEqual(eur("1.005").quantity, Decimal("1.00"))
        self.assertEqual(eur("1.015").quantity, Decimal("1.02"))
        self.assertEqual(Amount(Decimal("99.5"), "JPY").quantity, Decimal("100"))

    def test_places_of_known_and_unknown_commodities(self):
        self.assertEqual(places_of("JPY"), 0)
        self.assertEqual(places_of("BTC"), 8)
        self.assertEqual(places_of("CHF"), 2)

    def test_adds_and_subtracts(self):
        self.assertEqual(eur("1.50") + eur("2.25"), eur("3.75"))
        self.assertEqual(eur("1.50") - eur("2.25"), eur("-0.75"))

    def test_does_not_mix_commodities(self):
        with self.assertRaises(MoneyError):
            eur("1") + usd("1")
        with self.assertRaises(MoneyError):
            eur("1") < usd("1")

    def test_multiplies_and_rounds(self):
        self.assertEqual(eur("10.00") * "0.333", eur("3.33"))
        self.assertEqual(eur("10.00") * 3, eur("30"))

    def test_compares(self):
        self.assertTrue(eur("1") < eur("2"))
        self.assertTrue(eur("2") <= eur("2"))
        self.assertFalse(eur("3") <= eur("2"))

    def test_absolute_value_and_zero(self):
        self.assertEqual(abs(eur("-4")), eur("4"))
        self.assertEqual(abs(eur("4")), eur("4"))
        self.assertTrue(eur("0.001").is_zero())
        self.assertFalse(eur("0.01").is_zero())

    def test_splits_into_equal_shares(self):
        self.assertEqual(eur("9.00").split(3), [eur("3.00")] * 3)
        with self.assertRaises(MoneyError):
            eur("9.00").split(0)

    def test_loses_no_cent_when_it_splits(self):
        self.assertEqual(eur("10.00").split(3), [eur("3.34"), eur("3.33"), eur("3.33")])
        self.assertEqual(eur("-0.05").split(2), [eur("-0.03"), eur("-0.02")])

    def test_allocates_by_weight(self):
        self.assertEqual(eur("0.07").allocate([3, 0, 1]), [eur("0.06"), eur("0.00"), eur("0.01")])
        self.assertEqual(Amount(Decimal(1000), "JPY").allocate([1, 2])[0].quantity, 334)
        for weights in ([], [0, 0], [2, -1]):
            with self.subTest(weights=weights):
                with self.assertRaises(MoneyError):
                    eur("1").allocate(weights)

    def test_prints_with_thousands_separators(self):
        self.assertEqual(str(eur("1234567.8")), "1,234,567.80 EUR")
        self.assertEqual(str(Amount(Decimal(-1500), "JPY")), "-1,500 JPY")


class ParseAmountTest(unittest.TestCase):
    def test_reads_codes_symbols_and_signs(self):
        cases = {
            "12.50 EUR": eur("12.50"),
            "-3 EUR": eur("-3"),
            "+3EUR": eur("3"),
            "€7.25": eur("7.25"),
            "-$1,250.00": usd("-1250"),
        }
        for text, expected in cases.items():
            with self.subTest(text=text):
                self.assertEqual(parse_amount(text), expected)

    def test_bare_number_needs_a_default(self):
        self.assertEqual(parse_amount("5", "CHF"), Amount(Decimal(5), "CHF"))
        with self.assertRaises(MoneyError):
            parse_amount("5")

    def test_separators_only_between_groups_of_three_digits(self):
        self.assertEqual(parse_amount("1,234,567.80 EUR"), eur("1234567.80"))
        self.assertEqual(parse_amount("1234567.80 EUR"), eur("1234567.80"))
        for text in ("12,50 EUR", "1,2345 EUR", "1234,567 EUR", "1,,234 EUR"):
            with self.subTest(text=text):
                with self.assertRaises(MoneyError):
                    parse_amount(text)

    def test_refuses_what_is_not_an_amount(self):
        for text in ("", "EUR", "five EUR", "1.2.3 EUR", "5 euro", "$5 USD"):
            with self.subTest(text=text):
                with self.assertRaises(MoneyError):
                    parse_amount(text)


class BalanceTest(unittest.TestCase):
    def setUp(self):
        self.mixed = Balance([usd("5"), eur("10"), usd("2.50")])

    def test_keeps_commodities_apart_and_sorted(self):
        self.assertEqual(self.mixed.amounts(), [eur("10"), usd("7.50")])

    def test_part_of_one_commodity(self):
        self.assertEqual(self.mixed.of("USD"), usd("7.50"))
        self.assertTrue(self.mixed.of("JPY").is_zero())

    def test_drops_what_cancels_out(self):
        rest = self.mixed - eur("10")
        self.assertEqual(rest.amounts(), [usd("7.50")])
        self.assertTrue((rest - usd("7.50")).is_zero())
        self.assertFalse(rest.is_zero())

    def test_adds_and_negates(self):
        self.assertEqual(self.mixed + self.mixed, Balance([eur("20"), usd("15")]))
        self.assertTrue((self.mixed + -self.mixed).is_zero())

    def test_equal_balances_have_equal_hashes(self):
        same = Balance([eur("10"), usd("7.50")])
        self.assertEqual(len({self.mixed, same}), 1)
        self.assertNotEqual(self.mixed, eur("10"))

    def test_prints_all_parts(self):
        self.assertEqual(str(self.mixed), "10.00 EUR, 7.50 USD")
        self.assertEqual(str(Balance()), "0")

    def test_sums_amounts_and_balances(self):
        self.assertEqual(sum_balances([self.mixed, eur("1"), usd("-7.50")]), Balance([eur("11")]))
        self.assertEqual(sum_balances([]), Balance())
