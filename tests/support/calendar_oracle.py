"""A naive calendar: the local dates of zones, and the days, weeks and months of streaks.

Slow and obvious on purpose, and independent of the package's own calendar, so that it finds faults of that.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.ruleset import Ruleset

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)
MIDNIGHT = timedelta(0)
# More than any zone's distance from UTC, and than the width of any transition.
AMPLE = timedelta(hours=28)
LAST_DAY = date(2209, 1, 1)


@cache
def zone_of(name: str) -> timezone | ZoneInfo:
    """Find a zone: an offset ``±HH:MM``, or a name in the tzdata package."""
    if name[0] in "+-":
        distance = timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
        return timezone(-distance if name[0] == "-" else distance)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def local(at: datetime, zone: str, day_start: timedelta = MIDNIGHT) -> datetime:
    """Return the local time of an instant in a zone, less the day start."""
    time = at.astimezone(zone_of(zone))
    return at.astimezone(timezone(time.utcoffset() - day_start)) if day_start else time


@cache
def end_of(day: date, zone: str, day_start: timedelta = MIDNIGHT) -> datetime:
    """Return the first instant after which the zone never shows the date, or an earlier one, again."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + ONE_DAY
    before, after = midnight - AMPLE, midnight + AMPLE
    offset = local(before, zone, day_start).utcoffset()
    if offset == local(after, zone, day_start).utcoffset():
        return midnight - offset
    while local(after - ONE_MINUTE, zone, day_start).date() > day:
        after -= ONE_MINUTE
    return after


def existed(day: date, zone: str, day_start: timedelta = MIDNIGHT) -> bool:
    """Return whether the zone ever showed the date: Samoa went from 29 to 31 December 2011."""
    return end_of(day, zone, day_start) > end_of(day - ONE_DAY, zone, day_start)


@cache
def starts_of_months(start: date, every: int) -> list[date]:
    """Return the first days of all periods of so many months from a date, in order."""
    years = range((1890 - start.year) * 12 // every, (2210 - start.year) * 12 // every)
    return [start + relativedelta(months=number * every) for number in years]


def period_of(rules: Ruleset, day: date) -> date:  # noqa: PLR0911  # one line per frequency
    """Return the first day of the period that contains the day."""
    match rules.primary_streak.frequency:
        case Interval(every=every, unit="day", start=start):
            return day - ((day - start).days % every) * ONE_DAY
        case Interval(every=every, unit="week", start=start):
            return day - ((day - start).days % (7 * every)) * ONE_DAY
        case Interval(every=every, unit="month", start=start):
            return max(first for first in starts_of_months(start, every) if first <= day)
        case "quarterly":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "yearly":
            return day.replace(month=1, day=1)
        case "daily":
            return day
        case "weekly":
            while WEEKDAYS[day.isoweekday() % 7] != rules.first_weekday:
                day -= ONE_DAY
            return day
        case "monthly":
            return day.replace(day=1)


def last_day_of(rules: Ruleset, period: date) -> date:
    """Return the last day of the period that begins on the day."""
    day, step = period, timedelta(4000 * 30)
    while step >= ONE_DAY:  # the last day before another period, by ever smaller steps
        while day + step < LAST_DAY and period_of(rules, day + step) == period:
            day += step
        step //= 2
        step = timedelta(step.days)
    return day


def earliest_loss(rules: Ruleset, today: date) -> date:
    """Return the first last date of a lost streak that can be restored; the last loss of long periods always can."""
    frequency = rules.primary_streak.frequency
    match frequency:
        case "daily" | Interval(unit="day"):
            earliest = today - 90 * ONE_DAY
        case "weekly" | Interval(unit="week"):
            earliest = period_of(rules, date(today.year, 1, 1))
        case _:
            earliest = date(today.year - 1, 1, 1)
    if str(frequency) in {"daily", "weekly", "monthly", "every day", "every week"}:
        return earliest
    before = period_of(rules, period_of(rules, today) - ONE_DAY)
    return min(earliest, before - ONE_DAY)
