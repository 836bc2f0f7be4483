"""The laws of translation: what is moved in time, or in space and time together, comes to the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

import attrs

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR
from trophy_engine.core.commands import Identify, Pause, RestoreStreak, Settle
from trophy_engine.core.effects import Effect, UserCreated
from trophy_engine.engine.engine import Engine
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.assertions import agree
from trophy_engine.testing.driver import Deed, play
from trophy_engine.testing.histories import History

__all__ = ["offsets_and_instants_together_move_nothing", "whole_weeks_move_all"]

#: The calendar repeats itself after 28 years of 1,461 weeks, between 1901 and 2099.
_CYCLE: Final = 1461
_WEEKS: Final = (1, 53, _CYCLE)
_HOURS: Final = (3, -7)
_REPEATS: Final = (date(1901, 3, 1).toordinal(), date(2100, 2, 1).toordinal())


def whole_weeks_move_all(ruleset: Ruleset, history: History) -> None:
    """Moving all events by whole weeks moves all results by whole weeks, where no clock changes."""
    deeds = list(_housed("UTC", (deed for deed in history if _is_steady(deed))))
    here = play(Engine(ruleset), deeds)
    for weeks in _WEEKS:
        if weeks != _CYCLE and _goes_by_months(ruleset):
            continue  # months are not whole weeks
        moved = [deed._replace(at=deed.at + weeks * 7 * DAY) for deed in deeds]
        if not all(_REPEATS[0] <= deed.at // DAY + EPOCH_DAY <= _REPEATS[1] for deed in (*deeds, *moved)):
            continue
        there = play(Engine(_boosts_moved(ruleset, weeks)), moved)
        back = [_moved(effect, -timedelta(weeks=weeks)) for effect in there]
        agree(back, [_moved(effect, timedelta(0)) for effect in here], f"what happens {weeks} weeks later")


def _goes_by_months(ruleset: Ruleset) -> bool:
    streak, notifications = ruleset.streak, ruleset.notifications
    recaps = notifications is not None and notifications.aggregation_period == "monthly"
    return recaps or (streak is not None and streak.frequency == "monthly")


def _housed(home: str, deeds: Iterable[Deed]) -> Iterator[Deed]:
    """Say first of everybody where they live: mail to those who were given no zone goes by one whose clocks change."""
    known: set[str] = set()
    for deed in deeds:
        if not isinstance(deed, Settle) and deed.user_id not in known:
            known.add(deed.user_id)
            yield Identify(deed.user_id, deed.at, (("time_zone", home),))
        yield deed


def _is_steady(deed: Deed) -> bool:
    """Leave out what is bound to dates: zones whose clocks change, sign-ups, pauses, and windows of the year."""
    if not isinstance(deed, Identify):
        return not isinstance(deed, Pause | RestoreStreak)
    changes = dict(deed.changes)
    home = changes.get("time_zone") or "UTC"
    return "sign_up_date" not in changes and (home == "UTC" or home[0] in "+-")


def _boosts_moved(ruleset: Ruleset, weeks: int) -> Ruleset:
    shift = timedelta(weeks=weeks)
    return attrs.evolve(
        ruleset,
        points=[
            attrs.evolve(
                system,
                boosts=[
                    attrs.evolve(boost, start=boost.start + shift, end=None if boost.end is None else boost.end + shift)
                    for boost in system.boosts
                ],
            )
            for system in ruleset.points
        ],
    )


def _moved(effect: Effect, shift: timedelta) -> Effect:
    changes: dict[str, Any] = {"at": effect.at + shift}
    for field in ("period_start", "period_end"):
        if hasattr(effect, field):
            changes[field] = getattr(effect, field) + timedelta(days=shift.days)
    if hasattr(effect, "boost"):
        changes["boost"] = effect.boost.name
    if hasattr(effect, "boosts"):
        changes["boosts"] = tuple(boost.name for boost in effect.boosts)
    return attrs.evolve(effect, **changes)


def offsets_and_instants_together_move_nothing(ruleset: Ruleset, history: History) -> None:
    """Moving a user's offset by hours, and all instants by as much the other way, moves no local day."""
    deeds = [deed for deed in history if not (isinstance(deed, Identify) and "time_zone" in dict(deed.changes))]
    here = _away(ruleset, deeds, 0)
    for hours in _HOURS:
        agree(_away(ruleset, deeds, hours), here, f"what happens {hours} hours away")


def _away(ruleset: Ruleset, deeds: Iterable[Deed], hours: int) -> list[Effect]:
    """Let everybody live so many hours east of UTC and act so many hours earlier; give what happens, moved back."""
    home = f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    moved = (deed._replace(at=deed.at - hours * HOUR) for deed in deeds)
    effects = play(Engine(ruleset), _housed(home, moved))
    back = timedelta(hours=hours)
    return [
        attrs.evolve(effect, at=effect.at + back, **({"time_zone": "home"} if isinstance(effect, UserCreated) else {}))
        for effect in effects
        if effect.user_id  # what concerns everybody goes by UTC
    ]
