"""The runner: sorts events by instant and evaluates them, users created as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain

import attrs

from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core.commands import Identify, Record
from trophy_engine.core.effects import RawEffect
from trophy_engine.core.evaluate import apply
from trophy_engine.core.plan import Plan, compile_plan
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.turn import Turn
from trophy_engine.errors import TrophyError
from trophy_engine.replay.events import BadRow, Event
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views import Player

__all__ = ["BadRowFound", "Replay", "TooManyBadRows", "replay"]


class BadRowFound(TrophyError):
    """A strict replay met a bad row."""


class TooManyBadRows(TrophyError):
    """A replay met more bad rows than it was to bear."""


@attrs.define(eq=False)
class Replay:
    """What came of a log.

    Attributes:
        ruleset: the rules it was evaluated under.
        events: how many events were evaluated; ``events_of`` by user.
        bad_rows: the rows that were skipped, in the order in which they were found.
        until: up to when everything due has happened; None for an empty log.
        effects: everything that happened, raw, in order; ``materialise`` makes objects of them.
    """

    ruleset: Ruleset
    plan: Plan
    events: int = 0
    bad_rows: list[BadRow] = attrs.field(factory=list)
    until: datetime | None = None
    effects: list[RawEffect] = attrs.field(factory=list)
    events_of: dict[str, int] = attrs.field(factory=dict)
    states: dict[str, UserState] = attrs.field(factory=dict)

    def players(self) -> Iterable[Player]:
        """Walk the users, sorted by id."""
        return (Player(self.plan, self.states[user_id]) for user_id in sorted(self.states))


def replay(
    ruleset: Ruleset,
    log: Iterable[Event | BadRow],
    *,
    until: datetime | None = None,
    max_errors: int | None = None,
    on_bad_row: Callable[[BadRow], object] | None = None,
    on_event: Callable[[int], object] | None = None,
) -> Replay:
    """Evaluate a log under a ruleset.

    Rows need not be sorted: they are evaluated by instant, those of one instant in the order of the log. A row in
    another time zone than its user's last one moves the user there first. Bad rows, and events that the rules refuse,
    are reported and skipped.

    Args:
        ruleset: the rules.
        log: the rows, as ``read_log`` and ``read_history`` give them.
        until: up to when to make everything that is due happen; the last event's instant by default. Later events are
            not evaluated.
        max_errors: how many bad rows to bear; None for any number, 0 to stop at the first.
        on_bad_row: told of every bad row when it is found.
        on_event: told now and then how many events have been evaluated.

    Raises:
        BadRowFound: there is a bad row and none is borne.
        TooManyBadRows: there are more bad rows than are borne.
    """
    plan = compile_plan(ruleset)
    run = _Run(Replay(ruleset, plan), max_errors, on_bad_row)
    last = None if until is None else to_micros(until, "until")
    events = sorted(run.good(log), key=lambda event: event.at)
    turn = Turn(plan)
    turn.effects = run.result.effects
    for number, event in enumerate(events):
        if last is not None and event.at > last:
            break
        run.evaluate(turn, event)
        if on_event is not None and number % 1000 == 0:
            on_event(number)
    if last is None and events:
        last = events[-1].at
    if last is not None:
        _settle_all(turn, run.result, last)
    return run.result


def _settle_all(turn: Turn, result: Replay, last: int) -> None:
    """Settle every user, what happens in order of time and then of the users' appearance."""
    due: list[list[RawEffect]] = []
    for state in result.states.values():
        turn.effects = []
        settle(turn, state, last)
        due.append(turn.effects)
    result.effects += sorted(chain.from_iterable(due), key=lambda raw: raw[2])
    result.until = from_micros(last)


@attrs.define
class _Run:
    result: Replay
    max_errors: int | None
    on_bad_row: Callable[[BadRow], object] | None

    def good(self, log: Iterable[Event | BadRow]) -> Iterable[Event]:
        """Leave the bad rows out, and note them."""
        for row in log:
            if isinstance(row, BadRow):
                self.note(row)
            else:
                yield row

    def note(self, row: BadRow) -> None:
        """Note a bad row, and give up where there are too many."""
        self.result.bad_rows.append(row)
        if self.on_bad_row is not None:
            self.on_bad_row(row)
        if self.max_errors is not None and len(self.result.bad_rows) > self.max_errors:
            if self.max_errors == 0:
                raise BadRowFound(str(row))
            raise TooManyBadRows(f"more than {self.max_errors} bad rows, the last of them {row}")

    def evaluate(self, turn: Turn, event: Event) -> None:
        """Evaluate an event; a refused one is a bad row and changes nothing."""
        result = self.result
        known = len(turn.effects)
        state = result.states.get(event.user_id)
        try:
            moved = self._move(turn, state, event)
            record = Record(event.user_id, event.at, event.metric, event.value, event.attributes, None)
            turn.plan.check_attributes((key for key, _ in event.attributes), "event")
            result.states[event.user_id] = apply(turn, moved, record)
        except TrophyError as error:
            del turn.effects[known:]
            turn.awards.clear()
            turn.completed.clear()
            self.note(BadRow(event.source, str(error)))
            return
        result.events += 1
        result.events_of[event.user_id] = result.events_of.get(event.user_id, 0) + 1

    @staticmethod
    def _move(turn: Turn, state: UserState | None, event: Event) -> UserState | None:
        home = event.time_zone
        if home is None or (state is not None and state.zone.name == home):
            return state
        untouched = None if state is None else state.copy()  # what remains if the event itself is refused
        return apply(turn, untouched, Identify(event.user_id, event.at, (("time_zone", home),)))
