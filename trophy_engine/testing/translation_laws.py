"""The laws of translation: histories moved in time, or in time and space, have the same results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final, TypeVar

import attrs

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR
from trophy_engine.core import (
    Effect,
    Identify,
    ManualAward,
    Pause,
    PointsAwarded,
    PointsLimited,
    RestoreStreak,
    Settle,
    UserCreated,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.rules.gates import ALWAYS, Gate
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.points import PointsTrigger
from trophy_engine.rules.points_limit import PointsLimit
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.windows import DateWindow, RunWindow, Window
from trophy_engine.testing.assertions import assert_equal
from trophy_engine.testing.driver import HistoryCommand, play
from trophy_engine.testing.histories import History

__all__ = ["shifting_by_weeks_shifts_effects", "shifting_offsets_and_instants_changes_nothing"]

#: Between 1901 and 2099, the calendar repeats after 28 years, which are 1,461 weeks.
_CYCLE: Final = 1461
_R = TypeVar("_R")
_WEEKS: Final = (1, 53, _CYCLE)
_HOURS: Final = (3, -7)
_REPEATS: Final = (date(1901, 3, 1).toordinal(), date(2100, 2, 1).toordinal())


def shifting_by_weeks_shifts_effects(ruleset: Ruleset, history: History) -> None:
    """Events moved by whole weeks have results moved by whole weeks, unless clocks change."""
    commands = list(_move_history_to_zone("UTC", (command for command in history if _is_shiftable_command(command))))
    effects = play(Engine(ruleset), commands)
    for weeks in _WEEKS:
        if weeks != _CYCLE and _has_months_to_shift(ruleset):
            continue  # months are not whole weeks
        moved = [command._replace(at=command.at + weeks * 7 * DAY) for command in commands]
        later = _shift_metrics_by_weeks(_shift_streaks_by_weeks(_shift_rules_by_weeks(ruleset, weeks), weeks), weeks)
        days = [command.at // DAY + EPOCH_DAY for command in (*commands, *moved)]
        if not all(
            _REPEATS[0] <= day <= _REPEATS[1]
            for day in (*days, *_start_days_to_shift(ruleset), *_start_days_to_shift(later))
        ):
            continue
        later_effects = play(Engine(later), moved)
        shifted_back = [_shift_effect_by_weeks(effect, -timedelta(weeks=weeks)) for effect in later_effects]
        assert_equal(
            shifted_back,
            [_shift_effect_by_weeks(effect, timedelta(0)) for effect in effects],
            f"the effects {weeks} weeks later",
        )


def _has_months_to_shift(ruleset: Ruleset) -> bool:
    notifications = ruleset.notifications
    recaps = notifications is not None and notifications.aggregation_period == "monthly"
    windows = [metric.window for metric in ruleset.metrics] + [limit.window for limit in _limits_to_shift(ruleset)]
    if any(_window_unit_to_shift(window) in {"month", "year"} for window in windows):
        return True
    return recaps or any(streak.calendar(ruleset.first_weekday).unit == "month" for streak in ruleset.streaks)


def _move_history_to_zone(time_zone: str, commands: Iterable[HistoryCommand]) -> Iterator[HistoryCommand]:
    """Yield the commands, after setting each user's time zone; the default zone of emails has clock changes."""
    known: set[str] = set()
    for command in commands:
        if not isinstance(command, Settle) and command.user_id not in known:
            known.add(command.user_id)
            yield Identify(command.user_id, command.at, (("time_zone", time_zone),))
        yield command


def _is_shiftable_command(command: HistoryCommand) -> bool:
    """Return whether a command does not depend on dates; zones with clock changes, sign-ups and pauses do."""
    if not isinstance(command, Identify):
        return not isinstance(command, Pause | RestoreStreak)
    changes = dict(command.changes)
    time_zone = changes.get("time_zone") or "UTC"
    return "sign_up_date" not in changes and (time_zone == "UTC" or time_zone[0] in "+-")


def _limits_to_shift(ruleset: Ruleset) -> list[PointsLimit]:
    triggers = (trigger for system in ruleset.points for trigger in system.triggers)
    return [trigger.limit for trigger in triggers if trigger.limit is not None]


def _shift_limit_by_weeks(trigger: PointsTrigger, shift: timedelta) -> PointsTrigger:
    """Return a trigger whose limit has its runs so much later."""
    limit = trigger.limit
    if limit is None or not isinstance(limit.window, RunWindow):
        return trigger
    window = attrs.evolve(limit.window, start=limit.window.start + shift)
    return attrs.evolve(trigger, limit=PointsLimit(limit.points, window))


def _shift_rules_by_weeks(ruleset: Ruleset, weeks: int) -> Ruleset:
    """Return rules whose gates and limits have dates that are so many weeks later."""
    shift = timedelta(weeks=weeks)
    return attrs.evolve(
        ruleset,
        metrics=[_shift_gate_by_weeks(metric, weeks) for metric in ruleset.metrics],
        achievements=[_shift_gate_by_weeks(achievement, weeks) for achievement in ruleset.achievements],
        points=[
            attrs.evolve(
                system,
                triggers=[
                    _shift_limit_by_weeks(_shift_gate_by_weeks(trigger, weeks), shift) for trigger in system.triggers
                ],
                boosts=[_shift_gate_by_weeks(boost, weeks) for boost in system.boosts],
            )
            for system in ruleset.points
        ],
    )


def _shift_gate_by_weeks(rule: _R, weeks: int) -> _R:
    gate: Gate = rule.when  # type: ignore[attr-defined]  # all have one
    start, end = (None if day is None else day + timedelta(weeks=weeks) for day in (gate.start, gate.end))
    return attrs.evolve(rule, when=attrs.evolve(gate, start=start, end=end))  # type: ignore[misc]  # all are attrs classes


def _shift_streaks_by_weeks(ruleset: Ruleset, weeks: int) -> Ruleset:
    """Return rules whose streaks have their periods so many weeks later, where they are counted from a date."""
    streaks = []
    for streak in ruleset.streaks:
        frequency = streak.frequency
        if isinstance(frequency, Interval):
            frequency = attrs.evolve(frequency, start=frequency.start + timedelta(weeks=weeks))
        streaks.append(attrs.evolve(streak, frequency=frequency))
    return attrs.evolve(ruleset, streaks=streaks)


def _window_unit_to_shift(window: Window | None) -> str | None:
    """Return the unit of calendar periods or runs."""
    return window.unit if isinstance(window, RunWindow) else window if isinstance(window, str) else None


def _shift_metrics_by_weeks(ruleset: Ruleset, weeks: int) -> Ruleset:
    """Return rules whose windows of dates are so many weeks later."""
    shift, shifted = timedelta(weeks=weeks), []
    for metric in ruleset.metrics:
        window = metric.window
        if isinstance(window, RunWindow):
            window = attrs.evolve(window, start=window.start + shift)
        elif isinstance(window, DateWindow):
            window = DateWindow(window.start + shift, None if window.end is None else window.end + shift)
        shifted.append(attrs.evolve(metric, window=window))
    return attrs.evolve(ruleset, metrics=shifted)


def _start_days_to_shift(ruleset: Ruleset) -> list[int]:
    stretches: list[Any] = [metric.window for metric in ruleset.metrics]
    stretches += [limit.window for limit in _limits_to_shift(ruleset)]
    stretches += [streak.frequency for streak in ruleset.streaks]
    dated = Interval | RunWindow | DateWindow
    return [stretch.start.toordinal() for stretch in stretches if isinstance(stretch, dated)]


def _shift_effect_by_weeks(effect: Effect, shift: timedelta) -> Effect:
    changes: dict[str, Any] = {"at": effect.at + shift}
    for field in ("period_start", "period_end"):
        if hasattr(effect, field):
            changes[field] = getattr(effect, field) + timedelta(days=shift.days)
    if hasattr(effect, "boost"):
        changes["boost"] = effect.boost.name
    if isinstance(effect, PointsAwarded | PointsLimited) and not isinstance(effect.trigger, ManualAward):
        changes["trigger"] = attrs.evolve(effect.trigger, limit=None, when=ALWAYS)
    if hasattr(effect, "boosts"):
        changes["boosts"] = tuple(boost.name for boost in effect.boosts)
    return attrs.evolve(effect, **changes)


def shifting_offsets_and_instants_changes_nothing(ruleset: Ruleset, history: History) -> None:
    """Local days stay the same if the offset of a user moves by hours and all instants move back by as many."""
    commands = [
        command for command in history if not (isinstance(command, Identify) and "time_zone" in dict(command.changes))
    ]
    expected = _play_with_offset(ruleset, commands, 0)
    for hours in _HOURS:
        assert_equal(
            _play_with_offset(ruleset, commands, hours), expected, f"the effects with the offset {hours} hours"
        )


def _play_with_offset(ruleset: Ruleset, commands: Iterable[HistoryCommand], hours: int) -> list[Effect]:
    """Play commands with all users some hours east of UTC and so many hours earlier; return the effects moved back."""
    offset = f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    moved = (command._replace(at=command.at - hours * HOUR) for command in commands)
    effects = play(Engine(ruleset), _move_history_to_zone(offset, moved))
    back = timedelta(hours=hours)
    return [
        attrs.evolve(effect, at=effect.at + back, **({"time_zone": "home"} if isinstance(effect, UserCreated) else {}))
        for effect in effects
        if effect.user_id  # broadcasts use UTC
    ]
