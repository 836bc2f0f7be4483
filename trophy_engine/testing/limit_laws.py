"""The law of limits: what triggers have awarded in each window is added up again from the effects and local dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from datetime import date, timedelta
from typing import assert_never

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import parse_time_of_day, to_micros
from trophy_engine.calendar.months import add_months
from trophy_engine.calendar.zones import zone
from trophy_engine.core import ManualAward, PointsAwarded, PointsLimited, UserChanged, UserCreated
from trophy_engine.engine.engine import Engine
from trophy_engine.rules.points_limit import PointsLimit
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.windows import RunWindow
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.driver import play
from trophy_engine.testing.histories import History

__all__ = ["limits_are_never_exceeded"]


def limits_are_never_exceeded(ruleset: Ruleset, history: History) -> None:
    """Limits of triggers are never exceeded within a window, and take points only where they are used up."""
    ledger = _LimitOracle(ruleset)
    for effect in play(Engine(ruleset), history):
        match effect:
            case UserCreated(user, _, time_zone):
                ledger.zones[user] = time_zone
            case UserChanged(user, _, "time_zone", _, time_zone):
                ledger.zones[user] = time_zone or "UTC"
            case PointsAwarded():
                ledger.add_award(effect)
            case PointsLimited():
                ledger.add_loss(effect)
            case _:
                continue


class _LimitOracle:
    """What each trigger has awarded in each window, by the local dates of the users.

    Attributes:
        zones: the time zone of each user.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.zones: dict[str, str] = {}
        self._ruleset = ruleset
        self._maxima = {system.key: system.maximum for system in ruleset.points}
        self._balances: Counter[tuple[str, str]] = Counter()
        self._awarded: Counter[Hashable] = Counter()
        self._loss: tuple[PointsLimited, int] | None = None

    def add_award(self, award: PointsAwarded) -> None:
        """Add an award, and check that its limit leaves room for it."""
        loss, self._loss = self._loss, None
        self._balances[award.user_id, award.system] = award.total
        if isinstance(award.trigger, ManualAward) or award.trigger.limit is None:
            return
        if loss is not None and loss[0].trigger_key == award.trigger_key and loss[0].system == award.system:
            assert_equal(award.awarded, loss[1], "what the limit leaves of {}", award)
        window = self._window_of(award)
        if window is not None:
            self._awarded[window] += award.awarded
            assert_true(self._awarded[window] <= award.trigger.limit.points, "{} exceeds its limit", award)

    def add_loss(self, loss: PointsLimited) -> None:
        """Add a loss, and check that a window is open, whose limit leaves less than the whole award."""
        window, limit = self._window_of(loss), loss.trigger.limit
        if window is None or limit is None:
            raise AssertionError(f"{loss} is in no window of a limit")
        assert_true(loss.lost > 0, "{} loses nothing", loss)
        left = limit.points - self._awarded[window]
        maximum, balance = self._maxima[loss.system], self._balances[loss.user_id, loss.system]
        room = left if maximum is None else min(left, max(maximum - balance, 0))
        self._loss = (loss, room) if room else None  # what is lost entirely is followed by no award

    def _window_of(self, effect: PointsAwarded | PointsLimited) -> Hashable:
        """Return the user, the trigger and the window of an effect, or None outside of every window."""
        limit = None if isinstance(effect.trigger, ManualAward) else effect.trigger.limit
        time_zone = zone(self.zones[effect.user_id], parse_time_of_day(self._ruleset.day_start))
        day = date.fromordinal(time_zone.window(to_micros(effect.at))[0])
        window = None if limit is None else _expected_window_start(limit, day, self._ruleset)
        return None if window is None else (effect.user_id, effect.system, effect.trigger_key, window)


def _expected_window_start(limit: PointsLimit, day: date, ruleset: Ruleset) -> date | None:
    """Return the first day of the window of a limit that contains a day, counted window by window."""
    match limit.window:
        case None:
            return date.min
        case "day":
            return day
        case "week":
            return day - timedelta((day.isoweekday() - WEEKDAYS.index(ruleset.first_weekday)) % 7)
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case RunWindow(_, _, start):
            first, number = None, 0
            while start <= day:
                first, number = start, number + 1
                start = _expected_run_start(limit.window, number)
            return first
        case _:
            assert_never(limit.window)


def _expected_run_start(window: RunWindow, number: int) -> date:
    units = window.every * number
    match window.unit:
        case "day":
            return window.start + timedelta(units)
        case "week":
            return window.start + timedelta(7 * units)
        case "month":
            return date.fromordinal(add_months(window.start, units))
        case "year":
            return date.fromordinal(add_months(window.start, 12 * units))
        case _:
            assert_never(window.unit)
