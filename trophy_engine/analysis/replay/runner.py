"""The runner: a log evaluated under a ruleset, and the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from trophy_engine.analysis.replay.effect_log import EffectLog
from trophy_engine.analysis.replay.evaluate_user import UserEvaluator
from trophy_engine.analysis.replay.evaluation import BadRows, ProgressCallback, evaluate
from trophy_engine.analysis.replay.events import BadRow, Event, Row
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core import Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.rules.constraints import FLAG, InstanceOf, Optional
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views.player import Player

__all__ = ["Replay", "ReplayJob", "replay"]


@attrs.define(slots=False, eq=False)
class Replay:
    """The result of a replay.

    Attributes:
        ruleset: the rules it was evaluated under.
        events_of: how many events of each user were evaluated.
        states: the users' states.
        tally: what is counted over all users; None unless it was asked for.
        skipped: how many rows were bad; ``bad_rows`` are the first thousand of them, by file and line.
        until: up to when everything due has happened; None for an empty log.
    """

    ruleset: Ruleset
    events_of: dict[str, int] = attrs.field(factory=dict)
    states: dict[str, UserState] = attrs.field(factory=dict)
    tally: Tally | None = None
    skipped: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    until: datetime | None = None

    @property
    def events(self) -> int:
        """How many events were evaluated."""
        return sum(self.events_of.values())

    @cached_property
    def plan(self) -> Plan:
        """The compiled rules."""
        return compile_ruleset(self.ruleset)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the plan out: to compile the rules takes less time than to read a pickled plan."""
        return {name: value for name, value in vars(self).items() if name != "plan"}

    def players(self) -> Iterable[Player]:
        """Return the users, sorted by id."""
        return (Player(self.plan, self.states[user_id]) for user_id in sorted(self.states))

    def merge(self, other: Replay) -> None:
        """Merge the result for other users of the log into this one."""
        self.events_of |= other.events_of
        self.states |= other.states
        if self.tally is not None and other.tally is not None:
            self.tally.merge(other.tally)


def replay(
    ruleset: Ruleset,
    log: Iterable[Row],
    *,
    until: datetime | None = None,
    effects: EffectLog | None = None,
    tally: bool = False,
    max_errors: int | None = None,
    on_bad_row: Callable[[BadRow], object] | None = None,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
) -> Replay:
    """Evaluate a log under a ruleset.

    Rows need not be sorted: a user's are evaluated by instant, those of one instant in the order of the log. A row in
    another time zone than its user's last one moves the user there first. Bad rows, and events that the rules refuse,
    are reported and skipped. Memory is taken by the users, not by the length of the log, which may wait in files.

    Args:
        ruleset: the rules.
        log: the rows, as ``read_log`` and ``read_history`` give them.
        until: up to when to make everything that is due happen; the last event's instant by default. Later events are
            not evaluated.
        effects: where to keep everything that happens; by default it is forgotten.
        tally: whether to count what happens over all users.
        max_errors: how many bad rows to tolerate; None for any number, 0 to stop at the first.
        on_bad_row: called with every bad row when it is found.
        workers: how many processes to use; the result is the same for any number.
        on_progress: called with the progress.

    Raises:
        BadRowFound: there is a bad row and none is tolerated.
        TooManyBadRows: there are more bad rows than are tolerated.
        InvalidValue: ``until`` is naive or out of range, or another argument is none.
    """
    InstanceOf((Ruleset,)).check("ruleset", ruleset)
    Optional(InstanceOf((EffectLog,))).check("effects", effects)
    FLAG.check("tally", tally)
    bad_rows = BadRows(max_errors, on_bad_row)
    last = None if until is None else to_micros(until, "until")
    job = ReplayJob(ruleset, None if effects is None else effects.folder, tally)
    result, evaluated_until = evaluate(
        log, job, until=last, bad_rows=bad_rows, workers=workers, on_progress=on_progress
    )
    result.skipped = bad_rows.count
    result.bad_rows = bad_rows.first()
    result.until = None if evaluated_until is None else from_micros(evaluated_until)
    return result


@attrs.frozen
class ReplayJob:
    """Evaluates users under a ruleset.

    Attributes:
        ruleset: the rules.
        effects: the folder of an effect log; None to forget what happens.
        tally: whether to count what happens over all users.
    """

    ruleset: Ruleset
    effects: Path | None = None
    tally: bool = False

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> _ReplayAccumulator:
        """Open an accumulator, whose result is a ``Replay``."""
        result = Replay(self.ruleset, tally=Tally.of(self.ruleset) if self.tally else None)
        effects = None if self.effects is None else EffectLog(self.effects, f"effects-{name}")
        return _ReplayAccumulator(result, UserEvaluator(result.plan, on_bad_row), effects)


@attrs.frozen
class _ReplayAccumulator:
    result: Replay
    evaluator: UserEvaluator
    effects: EffectLog | None

    def add(self, user_id: str, events: list[Event], until: int) -> None:
        result = self.result
        state, effects, event_count = self.evaluator.evaluate(events, until)
        if state is None:
            return
        result.states[user_id] = state
        result.events_of[user_id] = event_count
        if self.effects is not None:
            self.effects.add(effects)
        if result.tally is not None:
            result.tally.count(state, effects)

    def finish(self) -> Replay:
        if self.effects is not None:
            self.effects.spill()
        return self.result
