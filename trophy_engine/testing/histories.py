"""Strategies of histories: what users do under a ruleset, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from trophy_engine.calendar.instants import LAST, to_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    LAST_DAY,
    Complete,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Settle,
    Unpause,
)
from trophy_engine.numbers import Number, add
from trophy_engine.rules.achievements import ApiTrigger
from trophy_engine.rules.mentioned_values import mentioned_numbers, mentioned_values
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.datetimes import Gap, gaps, instants, time_zones
from trophy_engine.testing.driver import HistoryCommand
from trophy_engine.testing.narrate import narrate
from trophy_engine.testing.rulesets import rulesets

__all__ = ["USERS", "History", "HistoryCommand", "commands", "events", "games", "histories", "journeys", "records"]

#: What gives the strategy of a command for a ruleset, a user and an instant.
Kinds = Callable[[Ruleset, str, int], st.SearchStrategy[Any]]

USERS: Final = ("ann", "ben", "cyd")
_SIGN_UPS: Final = ("2009-02-28", "2008-02-29", "2010-01-01", None)


@attrs.frozen(repr=False)
class History:
    """What users do under a ruleset; it prints as a narration.

    Attributes:
        ruleset: the rules.
        commands: what is done, in order of time.
    """

    ruleset: Ruleset
    commands: tuple[HistoryCommand, ...]

    def __iter__(self) -> Iterator[HistoryCommand]:
        """Walk the commands."""
        return iter(self.commands)

    def __len__(self) -> int:
        """Count the commands."""
        return len(self.commands)

    def __repr__(self) -> str:
        """Return the history as text: the commands, their local dates, and what followed."""
        return "\n" + narrate(self.ruleset, self.commands)

    def _repr_pretty_(self, printer: Any, cycle: Any) -> None:  # noqa: ARG002  # how Hypothesis asks for it
        """Print the story in Hypothesis's reports, where fields would be printed otherwise."""
        printer.text(repr(self))


def _values(ruleset: Ruleset, metric: str) -> st.SearchStrategy[Number]:
    """Draw values at, just below and around the numbers at which something happens, and now and then odd ones."""
    named = mentioned_numbers(ruleset, metric) or (1,)
    below = [add(number, Decimal("-0.5")) for number in named]
    halves = [number // 2 for number in named if isinstance(number, int) and number > 1]
    return st.sampled_from([1, 1, *named, *named, *below, *halves, 2, 0, -2, Decimal("0.1")])


def _attributes(ruleset: Ruleset, kind: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Draw attributes: each declared one is missing, or has a value that a filter names, or another one."""
    mentioned = mentioned_values(ruleset)
    choices = {
        attribute.key: st.sampled_from([None, *mentioned[attribute.key], "other"])
        for attribute in ruleset.attributes
        if attribute.type == kind
    }
    drawn = st.fixed_dictionaries(choices)
    return drawn.map(lambda made: tuple(sorted((key, value) for key, value in made.items() if value is not None)))


def records(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[Record]:
    """Draw an event of a user at an instant (microseconds); now and then it has one of two idempotency keys."""
    gains = st.one_of([st.tuples(st.just(metric.key), _values(ruleset, metric.key)) for metric in ruleset.metrics])
    drawn = st.tuples(gains, _attributes(ruleset, "event"), st.sampled_from([None, None, None, None, "k", "l"]))
    return drawn.map(lambda found: Record(user, at, *found[0], found[1], found[2]))


def journeys(user: str, at: int, zones: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Identify]:
    """Draw a user's move to a time zone at an instant (microseconds); the zones are ``time_zones()`` by default."""
    return (time_zones() if zones is None else zones).map(lambda name: Identify(user, at, (("time_zone", name),)))


def _identifications(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[Identify]:
    attributes = _attributes(ruleset, "user").map(lambda pairs: tuple((f"attributes.{key}", to) for key, to in pairs))
    others = [("sign_up_date", when) for when in _SIGN_UPS] + [("name", "Jo"), ("name", None)]
    others += [("preferences.notifications.recap", "[]"), ("preferences.notifications.recap", '["email"]')]
    changes = st.one_of(attributes, st.sampled_from(others).map(lambda one: (one,)))
    return st.one_of(journeys(user, at), changes.map(lambda made: Identify(user, at, made)))


def commands(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[HistoryCommand]:
    """Draw a command of any kind, of a user at an instant (microseconds); most are events."""
    chances: dict[str, tuple[int, st.SearchStrategy[Any]]] = {
        "identify": (2, _identifications(ruleset, user, at)),
        "settle": (1, st.just(Settle(at))),
    }
    if ruleset.metrics:
        chances["record"] = 6, records(ruleset, user, at)
    calls = [
        rule.key for rule in ruleset.achievements if isinstance(rule.trigger, ApiTrigger) and rule.status != "inactive"
    ]
    if calls:
        chances["complete"] = 1, st.sampled_from(calls).map(lambda key: Complete(user, at, key))
    if ruleset.streak is not None:
        chances["care"] = 1, _streak_commands(user, at)
    names = [name for name, (often, _) in sorted(chances.items(), reverse=True) for _ in range(often)]
    return st.sampled_from(names).flatmap(lambda name: chances[name][1])


@cache
def _streak_commands(user: str, at: int) -> st.SearchStrategy[HistoryCommand]:
    """Draw what an application does to a user's streak, or what users choose for it; pauses start soon."""
    lasting = st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 5, 40]))
    choices = {"enabled": "false", "days_off": '["sunday","saturday"]', "evaluation_mode": '"AND"'}
    return st.one_of(
        st.sampled_from([GrantFreeze(user, at), RestoreStreak(user, at), ResetStreak(user, at)]),
        lasting.map(lambda days: Pause(user, at, str(days[0]), str(days[1]))),
        st.sampled_from([Unpause(user, at, 1), Unpause(user, at, 2)]),
        st.sampled_from([("enabled", "true"), *choices.items()]).map(
            lambda one: Identify(user, at, ((f"preferences.streak.{one[0]}", one[1]),))
        ),
    )


def histories(
    ruleset: Ruleset,
    *,
    users: Sequence[str] = USERS,
    min_size: int = 1,
    max_size: int = 20,
    kinds: Kinds | None = None,
    pace: st.SearchStrategy[Gap] | None = None,
) -> st.SearchStrategy[History]:
    """Draw histories: commands of every kind in order of time.

    There are bursts, midnights and transitions to the microsecond, absences of years, journeys, attributes that
    filters want, repeated idempotency keys, and commands that are refused. They shrink to short stories.

    Args:
        ruleset: the rules that the users act under.
        users: who acts.
        min_size: how many commands there are at least; about six more, or as many again, are usual.
        max_size: how many commands there are at most.
        kinds: a function of ruleset, user and instant that gives the strategy of a command; any kind by default.
        pace: how time passes from one command to the next; ``gaps()`` by default.
    """
    make = kinds or commands
    steps = st.one_of([st.tuples(gaps() if pace is None else pace, make(ruleset, user, 0)) for user in users])
    many = st.lists(steps, min_size=min_size, max_size=max_size)
    return st.builds(_history, st.just(ruleset), instants(), many)


def _history(ruleset: Ruleset, start: datetime, steps: list[tuple[Gap, HistoryCommand]]) -> History:
    """Put steps in time, each after its gap in the zone where its user is, up to the last instant there is."""
    homes: dict[str, str] = {}
    now = to_micros(start)
    dated: list[HistoryCommand] = []
    for gap, step in steps:
        user = "" if isinstance(step, Settle) else step.user_id
        now = gap.after(now, zone(homes.get(user, "UTC"))) if dated else now
        if now >= LAST:
            break
        if isinstance(step, Identify):
            homes[user] = dict(step.changes).get("time_zone") or homes.get(user, "UTC")
        dated.append(_with_dates(step._replace(at=now), zone(homes.get(user, "UTC"))))
    return History(ruleset, tuple(dated))


def _with_dates(command: HistoryCommand, home: Zone) -> HistoryCommand:
    """Set the dates of a pause, which was drawn as a start in days from now and a length in days."""
    if not isinstance(command, Pause):
        return command
    start = min(home.window(command.at)[0] + int(command.start), LAST_DAY)
    end = min(start + int(command.end), LAST_DAY)
    return command._replace(start=date.fromordinal(start).isoformat(), end=date.fromordinal(end).isoformat())


def events(ruleset: Ruleset, *, users: Sequence[str] = USERS, max_size: int = 20) -> st.SearchStrategy[History]:
    """Draw histories of nothing but events."""
    return histories(ruleset, users=users, max_size=max_size, kinds=records)


def games(ruleset: st.SearchStrategy[Ruleset] | None = None, **given: Any) -> st.SearchStrategy[History]:
    """Draw a ruleset, and a history under it (``history.ruleset`` has the rules).

    Args:
        ruleset: the rules; ``rulesets()`` by default.
        given: what else ``histories`` takes.
    """
    return (rulesets() if ruleset is None else ruleset).flatmap(lambda rules: histories(rules, **given))
