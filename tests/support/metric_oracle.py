"""Totals of metrics from the list of a user's events: every total is computed again from all of them."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count, takewhile
from math import floor
from typing import NamedTuple

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.numbers import exact
from trophy_engine.rules.windows import DateWindow, ResetWindow, RollingWindow, RunWindow, SessionWindow

__all__ = ["Event", "is_inside", "is_threshold_reached", "local_date", "multiples", "total"]

SPANS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


class Event(NamedTuple):
    """An event of a recorded metric: its instant, and the date that the user's clock showed then."""

    at: int
    day: date
    metric: str
    value: int | Decimal
    attributes: dict[str, str]


def local_date(at, zone_name):
    return (from_micros(at) + timedelta(microseconds=zone(zone_name).offset(at))).date()


def total(rules, metric, events, at, today, attributes=None):
    """Return the total of a metric at an instant and on a date, over the events that have the attributes."""
    return aggregate(metric, inside(rules, metric, events, at, today, attributes or {}))


def counts(metric, event, attributes):
    """Return whether an event counts for a metric."""
    if event.metric != (metric.source or metric.key):
        return False
    for key, values in (*attributes.items(), *metric.event_attributes.items()):
        if event.attributes.get(key) not in ([values] if isinstance(values, str) else values):
            return False
    bounds = metric.event_value
    too_low = bounds is not None and bounds.at_least is not None and event.value < bounds.at_least
    too_high = bounds is not None and bounds.at_most is not None and event.value > bounds.at_most
    return not (too_low or too_high)


def inside(rules, metric, events, at, today, attributes):
    """Return the events that count, in the window that holds an instant of a date."""
    window = metric.window
    if isinstance(window, ResetWindow):
        resets = [number for number, event in enumerate(events) if event.metric == window.reset_by]
        events = events[resets[-1] :] if resets else events
    events = [event for event in events if counts(metric, event, attributes)]
    if isinstance(window, SessionWindow):
        return session(events, at, window.session_gap * SPANS[window.unit])
    return [event for event in events if is_inside(rules, window, event, at, today)]


def is_inside(rules, window, event, at, today):
    match window:
        case None | ResetWindow():
            return True
        case str():
            return period(window, event.day, rules) == period(window, today, rules)
        case RunWindow():
            return run_of(window, event.day) == run_of(window, today) is not None
        case DateWindow(start, end):
            return all(start <= day <= (end or date.max) for day in (event.day, today))
        case RollingWindow(last, "day"):
            return (today - event.day).days < last
        case RollingWindow(last, unit):
            return from_micros(at) - from_micros(event.at) < last * SPANS[unit]
    raise AssertionError(window)


def period(unit, day, rules):
    """Return what all dates of a calendar period have in common."""
    if unit == "week":
        while WEEKDAYS[day.isoweekday() % 7] != rules.first_weekday:
            day -= timedelta(days=1)
    return {"day": day, "week": day, "month": (day.year, day.month), "year": day.year}[unit]


def run_of(window, day):
    """Return the number of the run that contains a date, or None before the first one."""
    if day < window.start:
        return None
    if window.unit in {"day", "week"}:
        return (day - window.start).days // (window.every * {"day": 1, "week": 7}[window.unit])
    months = window.every * {"month": 1, "year": 12}[window.unit]
    begun = takewhile(lambda number: months_after(window.start, number * months) <= day, count())
    return list(begun)[-1]


def months_after(start, months):
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day_of_month in range(start.day, 0, -1):
        try:
            return date(year, month + 1, day_of_month)
        except ValueError:
            continue
    raise AssertionError(start)


def session(events, at, gap):
    """Return the events of the session that is open at an instant."""
    kept = []
    for event in events:
        if kept and from_micros(event.at) - from_micros(kept[-1].at) > gap:
            kept = []
        kept.append(event)
    return kept if kept and from_micros(at) - from_micros(kept[-1].at) <= gap else []


def aggregate(metric, events):
    values = [event.value for event in events]
    return {
        "sum": lambda: exact(sum(values)),
        "count": lambda: len(values),
        "min": lambda: min(values, default=None),
        "max": lambda: max(values, default=None),
        "last": lambda: values[-1] if values else None,
        "distinct": lambda: len({event.attributes.get(metric.distinct_by) for event in events} - {None}),
        "days": lambda: len({event.day for event in events}),
    }[metric.aggregate]()


def is_threshold_reached(after, threshold):
    return after is not None and after >= threshold


def multiples(before, after, step):
    """Return how many multiples of a step a total passes upwards; none is 0."""
    return 0 if after is None else max(floor((after or 0) / step) - floor((before or 0) / step), 0)
