"""Days, months, periods and rules for what recurs."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Iterator

_WORDS = {
    "daily": (1, "day"),
    "weekly": (1, "week"),
    "monthly": (1, "month"),
    "quarterly": (3, "month"),
    "yearly": (1, "year"),
}
_EVERY = re.compile(r"^every (\d+) (day|week|month|year)s?$")
_YEAR = re.compile(r"^(\d{4})$")
_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")


class DateError(ValueError):
    """Text that names no day or no period."""


def parse_date(text: str) -> date:
    """Read a day such as 2024-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateError(f"no such day: {text}") from error


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    return calendar.monthrange(year, month)[1]


def add_months(day: date, months: int) -> date:
    """The same day of the month some months later, or the last one of a month that is too short."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, days_in_month(year, month)))


@dataclass(frozen=True)
class Period:
    """Days from `start` up to but not including `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise DateError(f"a period cannot end on {self.end} before it starts on {self.start}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"{self.start.isoformat()}..{self.last_day().isoformat()}"

    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    def last_day(self) -> date:
        """The last day that is in the period."""
        return self.end - timedelta(days=1)

    def months(self) -> Iterator[Period]:
        """The calendar months that the period touches, cut off at its ends."""
        first = self.start.replace(day=1)
        while first < self.end:
            following = add_months(first, 1)
            yield Period(max(first, self.start), min(following, self.end))
            first = following


def month_of(day: date) -> Period:
    """The calendar month around a day."""
    first = day.replace(day=1)
    return Period(first, add_months(first, 1))


def parse_period(text: str) -> Period:
    """Read 2024, 2024-Q1, 2024-03, one day, or two days as in 2024-03-05..2024-03-11 (both included)."""
    if ".." in text:
        first, last = text.split("..", 1)
        return Period(parse_date(first), parse_date(last) + timedelta(days=1))
    for pattern, months in ((_YEAR, 12), (_QUARTER, 3), (_MONTH, 1)):
        match = pattern.match(text)
        if match:
            month = 1 + (int(match[2]) - 1) * months if months < 12 else 1
            start = parse_date(f"{match[1]}-{month:02d}-01")
            return Period(start, add_months(start, months))
    day = parse_date(text)
    return Period(day, day + timedelta(days=1))


@dataclass(frozen=True)
class Recurrence:
    """Every so many days, weeks, months or years from a first day on."""

    start: date
    every: int
    unit: str
    until: date | None = None

    def occurrences(self, period: Period) -> list[date]:
        """The days of the period on which it happens; `until` is the last day it may."""
        found = []
        count = 0
        day = self.start
        while day < period.end and (self.until is None or day <= self.until):
            if day in period:
                found.append(day)
            count += 1
            day = self._nth(count)
        return found

    def _nth(self, count: int) -> date:
        # Counted from the start: the 31st must come back after a month of 30 days.
        steps = self.every * count
        if self.unit == "day":
            return self.start + timedelta(days=steps)
        if self.unit == "week":
            return self.start + timedelta(weeks=steps)
        return add_months(self.start, steps * (12 if self.unit == "year" else 1))


def parse_recurrence(rule: str, start: date, until: date | None = None) -> Recurrence:
    """Read daily, weekly, monthly, quarterly, yearly or, say, `every 2 weeks`."""
    match = _EVERY.match(rule)
    if match:
        every, unit = int(match[1]), match[2]
    elif rule in _WORDS:
        every, unit = _WORDS[rule]
    else:
        raise DateError(f"not a rule: {rule!r}")
    if every < 1:
        raise DateError(f"cannot recur every {every} {unit}s")
    return Recurrence(start, every, unit, until)
