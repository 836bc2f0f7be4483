"""The runner: evaluates a log under a ruleset and returns the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.evaluation import BadRows, ProgressCallback, evaluate_log
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.log_source import LogSource, check_log_columns, rows_of_log_source
from trophy_engine.analysis.event_logs.partition import TieOrder
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.analysis.tables.users import user_columns, user_row
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core import Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.representation import named_repr
from trophy_engine.rules.constraints import FLAG, InstanceOf, Optional
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset, check_ruleset_has_metrics
from trophy_engine.values import Value
from trophy_engine.views.player import Player

__all__ = ["Replay", "ReplayJob", "replay"]


@attrs.define(slots=False, eq=False)
class Replay(Tabular):
    """The result of a replay; as a table, one row per user, sorted by id.

    Attributes:
        ruleset: the ruleset.
        events_of: the number of evaluated events by user.
        states: the states by user.
        tally: the counts over all users; None unless requested.
        skipped: the number of bad rows; ``bad_rows`` has the first thousand, by file and line.
        left_out: the number of rows and values that were left out on request, by the attribute of ``Columns`` that does
            so, for example ``where``; ``key`` counts events with a repeated idempotency key.
        until: the instant to which users are settled; None for an empty log.
    """

    ruleset: Ruleset
    events_of: dict[str, int] = attrs.field(factory=dict)
    states: dict[str, UserState] = attrs.field(factory=dict)
    tally: Tally | None = None
    skipped: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    until: datetime | None = None

    def __repr__(self) -> str:
        """Return the numbers of users, events and skipped rows, and the end."""
        counts = {"users": len(self.states), "events": self.events, "skipped": self.skipped}
        return named_repr(self, {**counts, "until": self.until})

    def _repr_html_(self) -> str:
        """Return tables of the summary, and charts of the tally, for notebooks."""
        from trophy_engine.analysis.notebook import replay_html  # noqa: PLC0415  # only notebooks show HTML

        return replay_html(self)

    @property
    def events(self) -> int:
        """The number of evaluated events."""
        return sum(self.events_of.values())

    @cached_property
    def plan(self) -> Plan:
        """The compiled rules."""
        return compile_ruleset(self.ruleset)

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes without the plan: compiling the rules is faster than unpickling a plan."""
        return {name: value for name, value in vars(self).items() if name != "plan"}

    def players(self) -> Iterable[Player]:
        """Return the users, sorted by id."""
        return (Player(self.plan, self.states[user_id]) for user_id in sorted(self.states))

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns of the table of users."""
        return user_columns(self.ruleset)

    def table_rows(self) -> Iterable[tuple[Any, ...]]:
        """Return the rows of the table of users."""
        return (user_row(player, self.events_of.get(player.id, 0)) for player in self.players())

    def merge(self, other: Replay) -> None:
        """Add the result of other users of the log."""
        self.events_of |= other.events_of
        self.states |= other.states
        if self.tally is not None and other.tally is not None:
            self.tally.merge(other.tally)


def replay(
    ruleset: RulesSource,
    log: LogSource,
    *,
    columns: Columns | None = None,
    until: datetime | None = None,
    effects: EffectLog | None = None,
    tally: bool = False,
    max_errors: int | None = None,
    on_bad_row: Callable[[BadRow], object] | None = None,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
    tie_order: TieOrder = "log",
) -> Replay:
    """Evaluate a log under a ruleset.

    Rows can be in any order: each user's are evaluated by instant, and those of one instant in the order of the log. A
    row with a time zone other than its user's current one first changes the user's time zone. Bad rows, and events that
    the rules refuse, are reported and skipped. Memory depends on the number of users, not on the length of the log,
    which can be kept in files.

    Args:
        ruleset: the rules: a ``Ruleset``, the path of a rules file, the name of a bundled one, or a mapping.
        log: the path of a log or of a git repository; a frame, which is a table with ``__arrow_c_stream__`` of pandas,
            polars, PyArrow, DuckDB or another library, read batch by batch; or the rows: events, for example from
            ``read_log``, or mappings of columns to values. A stream, like any iterator, can be read only once.
        columns: the columns of the log; by default ``user_id`` and ``at``, ``metric`` unless the rules have only one,
            and the value 1.
        until: the instant to settle users to, by default that of the last event. Later events are not evaluated.
        effects: collects all effects; by default they are discarded.
        tally: whether to count over all users.
        max_errors: the maximal number of bad rows; None for no maximum, 0 to stop at the first.
        on_bad_row: called with every bad row.
        workers: the number of processes; the result is the same for any number.
        on_progress: called with the progress.
        tie_order: the order of a user's events of one instant: ``"log"``, that of the log, or ``"row"``, by metric,
            value (as text), time zone and attributes, so that the result is the same for any order of the log.

    Raises:
        BadRowFound: there is a bad row and ``max_errors`` is 0.
        TooManyBadRows: there are more than ``max_errors`` bad rows.
        InvalidValue: ``until`` is naive or out of range, or another argument is invalid.
        UnknownKey: ``columns`` names a metric that the rules do not declare.
    """
    rules = as_ruleset(ruleset)
    check_ruleset_has_metrics(rules)
    rows = rows_of_log_source(log, check_log_columns(columns, rules))
    Optional(InstanceOf((EffectLog,))).check("effects", effects)
    FLAG.check("tally", tally)
    bad_rows = BadRows(max_errors, on_bad_row)
    last = None if until is None else to_micros(until, "until")
    job = ReplayJob(rules, None if effects is None else effects.folder, tally)
    result, evaluated_until = evaluate_log(
        rows, job, until=last, bad_rows=bad_rows, workers=workers, on_progress=on_progress, tie_order=tie_order
    )
    result.skipped = bad_rows.count
    result.bad_rows = bad_rows.first()
    result.left_out = dict(bad_rows.left_out)
    result.until = None if evaluated_until is None else from_micros(evaluated_until)
    return result


@attrs.frozen
class ReplayJob(Value):
    """A job that evaluates users under a ruleset.

    Attributes:
        ruleset: the rules.
        effects: the folder of an effect log; None to discard effects.
        tally: whether to count over all users.
    """

    ruleset: Ruleset
    effects: Path | None = None
    tally: bool = False

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> _ReplayAccumulator:
        """Return an accumulator with a ``Replay`` as its result."""
        result = Replay(self.ruleset, tally=Tally.of(self.ruleset) if self.tally else None)
        effects = None if self.effects is None else EffectLog(self.effects, f"effects-{name}")
        return _ReplayAccumulator(result, UserEvaluator(result.plan, on_bad_row), effects)


@attrs.frozen
class _ReplayAccumulator(Value):
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
