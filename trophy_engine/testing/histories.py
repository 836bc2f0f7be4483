"""Strategies of histories: commands of users under a ruleset, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from trophy_engine.calendar.instants import DAY, LAST, parse_time_of_day, to_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    ALL_STREAKS,
    LAST_DAY,
    Award,
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
from trophy_engine.representation import MAX_LENGTH
from trophy_engine.rules.achievements import ApiTrigger
from trophy_engine.rules.mentioned_values import mentioned_numbers, mentioned_values
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.testing.datetimes import Gap, gaps, instants, time_zones
from trophy_engine.testing.driver import HistoryCommand
from trophy_engine.testing.narrate import narrate
from trophy_engine.testing.rulesets import rulesets

__all__ = ["USERS", "History", "awards", "commands", "events", "games", "histories", "journeys", "records"]

#: A function of a ruleset, a user and an instant that returns a strategy of commands.
Kinds = Callable[[Ruleset, str, int], st.SearchStrategy[Any]]

#: The users of drawn histories.
USERS: Final = ("ann", "ben", "cyd")
#: The maximal number of lines of a representation.
_SHOWN_LINES: Final = 20
#: The longest history (microseconds): an award a day, for decades, takes seconds for each example.
_MAX_SPAN: Final = 12 * 366 * DAY
_SIGN_UPS: Final = ("2009-02-28", "2008-02-29", "2010-01-01", None)


@attrs.frozen(repr=False)
class History:
    """Commands of users under a ruleset; ``repr`` returns a narration.

    Attributes:
        ruleset: the rules.
        commands: the commands, in order of time.
    """

    ruleset: Ruleset
    commands: tuple[HistoryCommand, ...]

    def __iter__(self) -> Iterator[HistoryCommand]:
        """Iterate over the commands."""
        return iter(self.commands)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(self.commands)

    def __str__(self) -> str:
        """Return the history as text: the commands, their local dates, and their consequences."""
        return "\n" + narrate(self.ruleset, self.commands)

    def __repr__(self) -> str:
        """Return the first lines of the text."""
        story = str(self)
        lines = story.split("\n")
        hidden = len(lines) - _SHOWN_LINES
        shown = story if hidden <= 0 else "\n".join([*lines[:_SHOWN_LINES], f"… {hidden:,} more lines"])
        return shown if len(shown) <= MAX_LENGTH else f"{shown[: MAX_LENGTH - 1]}…"

    def _repr_pretty_(self, printer: Any, cycle: Any) -> None:  # noqa: ARG002  # Hypothesis calls it
        """Print the whole text in Hypothesis's reports."""
        printer.text(str(self))


def _event_value_strategy(ruleset: Ruleset, metric: str) -> st.SearchStrategy[Number]:
    """Draw values at, below and around the thresholds of a metric, and some unusual ones."""
    named = mentioned_numbers(ruleset, metric) or (1,)
    below = [add(number, Decimal("-0.5")) for number in named]
    halves = [number // 2 for number in named if isinstance(number, int) and number > 1]
    return st.sampled_from([1, 1, *named, *named, *below, *halves, 2, 0, -2, Decimal("0.1")])


def _attributes_strategy(ruleset: Ruleset, kind: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Draw attributes: each declared one is missing, has a value of a filter, or another one."""
    mentioned = mentioned_values(ruleset)
    choices = {
        attribute.key: st.sampled_from([None, *mentioned[attribute.key], "other"])
        for attribute in ruleset.attributes
        if attribute.type == kind
    }
    drawn = st.fixed_dictionaries(choices)
    return drawn.map(lambda values: tuple(sorted((key, value) for key, value in values.items() if value is not None)))


def records(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[Record]:
    """Draw an event of a user at an instant (microseconds); some have one of two idempotency keys."""
    recorded = [metric.key for metric in ruleset.metrics if metric.source is None]
    gains = st.one_of([st.tuples(st.just(key), _event_value_strategy(ruleset, key)) for key in recorded])
    drawn = st.tuples(
        gains, _attributes_strategy(ruleset, "event"), st.sampled_from([None, None, None, None, "k", "l"])
    )
    return drawn.map(lambda parts: Record(user, at, *parts[0], parts[1], parts[2]))


def awards(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[Award]:
    """Draw a manual award or a payment at an instant (microseconds); some have an idempotency key."""
    systems = st.sampled_from([system.key for system in ruleset.points])
    points = st.sampled_from([1, 3, 10, 25, -1, -2, -5, -40])
    drawn = st.tuples(systems, points, st.sampled_from(["", "a hat"]), st.sampled_from([None, None, None, "k"]))
    return drawn.map(lambda fields: Award(user, at, *fields))


def journeys(user: str, at: int, zones: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Identify]:
    """Draw a user's move to a time zone at an instant (microseconds); ``zones`` is ``time_zones()`` by default."""
    return (time_zones() if zones is None else zones).map(lambda name: Identify(user, at, (("time_zone", name),)))


def _identify_strategy(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[Identify]:
    attributes = _attributes_strategy(ruleset, "user").map(
        lambda pairs: tuple((f"attributes.{key}", to) for key, to in pairs)
    )
    others = [("sign_up_date", when) for when in _SIGN_UPS] + [("name", "Jo"), ("name", None)]
    others += [("preferences.notifications.recap", "[]"), ("preferences.notifications.recap", '["email"]')]
    changes = st.one_of(attributes, st.sampled_from(others).map(lambda change: (change,)))
    return st.one_of(journeys(user, at), changes.map(lambda fields: Identify(user, at, fields)))


def commands(ruleset: Ruleset, user: str, at: int) -> st.SearchStrategy[HistoryCommand]:
    """Draw a command of any kind by a user at an instant (microseconds); most are events."""
    chances: dict[str, tuple[int, st.SearchStrategy[Any]]] = {
        "identify": (2, _identify_strategy(ruleset, user, at)),
        "settle": (1, st.just(Settle(at))),
    }
    if ruleset.metrics:
        chances["record"] = 6, records(ruleset, user, at)
    calls = [
        rule.key for rule in ruleset.achievements if isinstance(rule.trigger, ApiTrigger) and rule.status != "inactive"
    ]
    if calls:
        keys = st.sampled_from([None, None, None, "a", "b"])
        chances["complete"] = 1, st.builds(Complete, st.just(user), st.just(at), st.sampled_from(calls), keys)
    if ruleset.points:
        chances["award"] = 1, awards(ruleset, user, at)
    if ruleset.streaks:
        streaks = [streak.key for streak in ruleset.streaks]
        chances["care"] = (
            1,
            st.one_of([_streak_command_strategy(user, at, key, streaks[0]) for key in (None, *streaks)]),
        )
    names = [name for name, (often, _) in sorted(chances.items(), reverse=True) for _ in range(often)]
    return st.sampled_from(names).flatmap(lambda name: chances[name][1])


@cache
def _streak_command_strategy(user: str, at: int, key: str | None, primary: str) -> st.SearchStrategy[HistoryCommand]:
    """Draw a command on a user's streak, or a preference; the dates of a pause are relative to today.

    A key of None is the primary streak; one pause in two is of all streaks.
    """
    named = key or primary
    durations = st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 5, 40]))
    choices = {"enabled": "false", "days_off": '["sunday","saturday"]', "evaluation_mode": '"AND"'}
    return st.one_of(
        st.sampled_from([GrantFreeze(user, at, key), RestoreStreak(user, at, key), ResetStreak(user, at, key)]),
        durations.map(lambda days: Pause(user, at, str(days[0]), str(days[1]), key)),
        durations.map(lambda days: Pause(user, at, str(days[0]), str(days[1]), key or ALL_STREAKS)),
        st.sampled_from([Unpause(user, at, 1, key), Unpause(user, at, 2, key)]),
        st.sampled_from([("enabled", "true"), *choices.items()]).map(
            lambda preference: Identify(user, at, ((f"preferences.streaks.{named}.{preference[0]}", preference[1]),))
        ),
    )


def histories(
    ruleset: RulesSource,
    *,
    users: Sequence[str] = USERS,
    min_size: int = 1,
    max_size: int = 20,
    kinds: Kinds | None = None,
    pace: st.SearchStrategy[Gap] | None = None,
) -> st.SearchStrategy[History]:
    """Draw histories: commands of every kind in order of time.

    They have bursts, midnights and transitions to the microsecond, absences of years, changes of zones, attributes of
    filters, repeated idempotency keys, and refused commands. They end within 12 years, and shrink to short histories.

    Args:
        ruleset: the rules.
        users: the ids of the users.
        min_size: the minimal number of commands; about six more, or twice as many, are usual.
        max_size: the maximal number of commands.
        kinds: a function of ruleset, user and instant that returns a strategy of commands; any kind by default.
        pace: a strategy of the gaps between commands; ``gaps()`` by default.
    """
    rules, draw_commands = as_ruleset(ruleset), kinds or commands
    steps = st.one_of([st.tuples(gaps() if pace is None else pace, draw_commands(rules, user, 0)) for user in users])
    timed_commands = st.lists(steps, min_size=min_size, max_size=max_size)
    return st.builds(_build_drawn_history, st.just(rules), instants(), timed_commands)


def _build_drawn_history(
    ruleset: Ruleset, start: datetime, timed_commands: list[tuple[Gap, HistoryCommand]]
) -> History:
    """Return a history of steps, each after its gap in the user's zone, up to the longest span or the last instant."""
    time_zones: dict[str, str] = {}
    day_start = parse_time_of_day(ruleset.day_start)
    now = to_micros(start)
    end = min(now + _MAX_SPAN, LAST)
    dated: list[HistoryCommand] = []
    for gap, command in timed_commands:
        user = "" if isinstance(command, Settle) else command.user_id
        now = gap.after(now, zone(time_zones.get(user, "UTC"), day_start)) if dated else now
        if now >= end:
            break
        if isinstance(command, Identify):
            time_zones[user] = dict(command.changes).get("time_zone") or time_zones.get(user, "UTC")
        dated.append(_fix_drawn_pause_dates(command._replace(at=now), zone(time_zones.get(user, "UTC"), day_start)))
    return History(ruleset, tuple(dated))


def _fix_drawn_pause_dates(command: HistoryCommand, time_zone: Zone) -> HistoryCommand:
    """Replace the relative start and length of a pause, in days, by dates."""
    if not isinstance(command, Pause):
        return command
    start = min(time_zone.window(command.at)[0] + int(command.start), LAST_DAY)
    end = min(start + int(command.end), LAST_DAY)
    return command._replace(start=date.fromordinal(start).isoformat(), end=date.fromordinal(end).isoformat())


def events(ruleset: RulesSource, *, users: Sequence[str] = USERS, max_size: int = 20) -> st.SearchStrategy[History]:
    """Draw histories of events only."""
    return histories(ruleset, users=users, max_size=max_size, kinds=records)


def games(ruleset: st.SearchStrategy[Ruleset] | None = None, **options: Any) -> st.SearchStrategy[History]:
    """Draw a ruleset, and a history under it (its ``ruleset`` attribute).

    Args:
        ruleset: the rules; ``rulesets()`` by default.
        options: the other arguments of ``histories``.
    """
    return (rulesets() if ruleset is None else ruleset).flatmap(lambda rules: histories(rules, **options))
