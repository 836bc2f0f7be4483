"""The replay of a frame of PySpark: users, effects, values on leaderboards and states as frames, and the summary."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.log_source import check_log_columns
from trophy_engine.analysis.event_logs.summary import ReplaySummaryCounts, Summary
from trophy_engine.analysis.spark.bad_rows import BadFrameRow, BadFrameRows
from trophy_engine.analysis.spark.evaluation import evaluate_frame_partition
from trophy_engine.analysis.spark.leaderboards import RUN_COLUMNS, rank_frame_users, run_value_frame_rows
from trophy_engine.analysis.spark.one_pass import EventFrame, FrameOfTables, check_is_spark_frame
from trophy_engine.analysis.spark.tables import TABLE, FrameRowBuffer, Tables
from trophy_engine.analysis.statistics.tally import Tally, UserTallyCounter
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.effects import EFFECT_COLUMNS, wide_effect_row
from trophy_engine.analysis.tables.users import user_columns, user_row
from trophy_engine.calendar.instants import to_micros
from trophy_engine.core import (
    KIND,
    Effect,
    RawEffect,
    UserState,
    effect_from_raw,
)
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue, UnknownKey
from trophy_engine.leaderboards.query_arguments import find_queried_run
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import FLAG, SubsetOf, as_sequence
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.values import Value
from trophy_engine.views.player import Player

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["SparkReplay", "replay_frame"]

#: The tables of the frame of a replay.
_USERS, _EFFECTS, _RUNS, _STATES, _COUNTS = "users", "effects", "runs", "states", "counts"
_STATE_COLUMNS: Final = (Column("user_id", "text"), Column("state", "text"))


@attrs.define
class _SparkReplayCounts:
    """What the users of a part of the partitions add up to."""

    summary: ReplaySummaryCounts
    tally: Tally | None
    bad_rows: BadFrameRows = attrs.field(factory=BadFrameRows)

    @classmethod
    def of(cls, ruleset: Ruleset, *, tally: bool) -> _SparkReplayCounts:
        return cls(ReplaySummaryCounts(ruleset), Tally.of(ruleset) if tally else None)

    def merge(self, other: _SparkReplayCounts) -> None:
        self.summary.merge(other.summary)
        self.bad_rows.merge(other.bad_rows)
        if self.tally is not None and other.tally is not None:
            self.tally.merge(other.tally)


@attrs.frozen(slots=False, eq=False)
class SparkReplay:
    """The result of a replay of a frame.

    The frames are read from one pass, which runs when the first of them is used; its rows are kept on the disks of the
    cluster until ``unpersist``, or in the folder that was given.

    Attributes:
        ruleset: the rules.
        until: the instant to which users are settled; None for a frame without events.
        evaluated: the frame of all tables.
    """

    ruleset: Ruleset = attrs.field(repr=False)
    until: datetime | None
    evaluated: FrameOfTables = attrs.field(repr=False)
    _tally: bool = attrs.field(repr=False)
    _keep_states: bool = attrs.field(repr=False)

    @property
    def users(self) -> DataFrame:
        """One row per user, with the columns of the users of a local replay."""
        return self.evaluated.table(_USERS)

    @property
    def effects(self) -> DataFrame:
        """One row per effect, with the columns of the effects of a local replay, and ``position``.

        The order of the effects of a local replay is that by ``at``, ``user_id`` and ``position``, the number of the
        effect among those of its user, from 0.
        """
        return self.evaluated.table(_EFFECTS)

    @property
    def run_values(self) -> DataFrame:
        """One row per user and run of a leaderboard in which the user takes part."""
        return self.evaluated.table(_RUNS)

    @property
    def states(self) -> DataFrame:
        """One row per user, with the state as JSON, for ``replay_frame(states=…)``.

        Raises:
            InvalidValue: they were not requested; without them every user would start again from nothing.
        """
        if not self._keep_states:
            raise InvalidValue("the states were not kept; replay with keep_states=True")
        return self.evaluated.table(_STATES)

    @property
    def summary(self) -> Summary:
        """The summary of all users, as ``summarize`` returns it of a local replay."""
        return self._counts.summary.summary(self.skipped)

    @property
    def tally(self) -> Tally | None:
        """The counts over all users; None unless requested."""
        return self._counts.tally

    @property
    def skipped(self) -> int:
        """The number of bad rows."""
        return self._counts.bad_rows.count

    @property
    def bad_rows(self) -> tuple[BadFrameRow, ...]:
        """The first thousand bad rows, by their cells."""
        return self._counts.bad_rows.first()

    @cached_property
    def _counts(self) -> _SparkReplayCounts:
        counts = _SparkReplayCounts.of(self.ruleset, tally=self._tally)
        for part in self.evaluated.parts(_COUNTS):
            counts.merge(pickle.loads(part))  # noqa: S301  # written by the tasks of this replay
        return counts

    def leaderboard(self, key: str, run: date | None = None, attributes: DataFrame | None = None) -> DataFrame:
        """Return the ranks of a run of a leaderboard: ``rank``, ``user_id``, ``name`` and ``value``.

        Ranks are those of ``Engine.leaderboard``. A leaderboard with breakdown attributes has a ranking for each group,
        and a column ``attribute:KEY`` for each of them.

        Args:
            key: the key of the leaderboard.
            run: a date of the run; by default the last day of the replay.
            attributes: the attributes of users: a frame with ``user_id`` and a column for each attribute that the
                leaderboard names. Logs have none, so without it no user is on a leaderboard that names one.

        Raises:
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: the leaderboard has no run on the date, or ``attributes`` lacks a column.
        """
        boards = compile_ruleset(self.ruleset).boards
        if key not in boards:
            raise UnknownKey("leaderboard", key, tuple(boards))
        board = boards[key]
        last = 0 if self.until is None else to_micros(self.until)
        number = board.runs.nearest(board.runs.day_at(last)) if run is None else find_queried_run(board, run)
        if attributes is not None:
            needed = {"user_id", *board.rule.breakdown_attributes, *board.rule.user_attributes}
            missing = sorted(needed - set(attributes.columns))
            if missing:
                raise InvalidValue(f"has no column {missing[0]!r}", "attributes")
        return rank_frame_users(self.run_values, board, number, attributes)

    def unpersist(self) -> None:
        """Remove the kept rows from the disks of the cluster; frames that are used later run the pass again."""
        self.evaluated.frame.unpersist()


def replay_frame(
    ruleset: RulesSource,
    frame: DataFrame,
    *,
    columns: Columns | None = None,
    until: datetime | None = None,
    order: str | Sequence[str] = (),
    effects: bool | Iterable[str] = True,
    tally: bool = False,
    states: DataFrame | str | None = None,
    keep_states: bool = False,
    partitions: int | None = None,
    folder: str | None = None,
) -> SparkReplay:
    """Evaluate a frame of events of PySpark under a ruleset.

    Events are brought together by user and evaluated in order of time, as ``replay`` does, in processes of Python on
    the cluster, where this package must be installed. The memory of a process is bounded by a batch
    (``spark.sql.execution.arrow.maxRecordsPerBatch``) and the state of one user. The result does not depend on the
    number or order of partitions. It equals that of ``replay(tie_order="row")``, or with ``order`` that of a replay of
    the log in that order.

    Args:
        ruleset: the rules, as for ``replay``.
        frame: the events.
        columns: the columns of the frame, as for ``replay``.
        until: the instant to settle users to. By default that of the last event, which is found by a pass of its own.
        order: the columns that order the events of one user and one instant, for example a sequence number; events
            that are equal in them too are ordered by their cells, as with ``tie_order="row"``.
        effects: whether to give effects, or the types of those to give, for example ``["achievement.completed"]``.
        tally: whether to count over all users.
        states: the states of users in which an earlier replay ended (``SparkReplay.states``), under the same rules, or
            the ``folder`` to which that replay wrote them.
            Events before the instant of a state are refused. Effects are those since then; all else is as if the
            replay were one.
            States have no idempotency keys: an event that an earlier replay counted counts again.
        keep_states: whether to give the states.
        partitions: the number of partitions of the users; by default Spark chooses it.
        folder: a folder that does not exist, to which the rows are written as Parquet right away; by default they are
            kept on the disks of the cluster, from the first use of a frame.

    Raises:
        InvalidValue: an argument is invalid, or the frame lacks a column.
        MissingExtra: PySpark is not installed.
    """
    rules = as_ruleset(ruleset)
    check_is_spark_frame(frame, "frame")
    known = read_state_frame(frame, states) if isinstance(states, str) else states
    events = EventFrame(frame, check_log_columns(columns, rules), order, until, known, partitions, folder)
    FLAG.check("tally", tally)
    FLAG.check("keep_states", keep_states)
    if tally and states is not None:
        raise InvalidValue(
            "cannot be counted from states, because they do not have the days of earlier events", "tally"
        )
    types = effect_types_of_frame(effects)
    evaluated = events.evaluate(
        lambda parsed, last: ReplayTask(rules, parsed, last, types, tally, keep_states), spark_replay_tables(rules)
    )
    return SparkReplay(rules, evaluated.until, evaluated, tally, keep_states)


def read_state_frame(frame: DataFrame, folder: str) -> DataFrame:
    """Return the states that a replay wrote to a folder.

    Raises:
        InvalidValue: there are none in the folder.
    """
    tables = frame.sparkSession.read.parquet(check_path(folder, "states"))
    if {TABLE, _STATES} <= set(tables.columns):
        states = tables.where(tables[TABLE] == _STATES).select(f"{_STATES}.*")
        if not states.isEmpty():
            return states
    raise InvalidValue(
        ("must be a folder with the states of a replay with keep_states=True, not", GivenValue(folder)), "states"
    )


def effect_types_of_frame(effects: bool | Iterable[str]) -> tuple[str, ...]:  # noqa: FBT001  # one argument of the public function
    if isinstance(effects, bool):
        return tuple(EFFECTS) if effects else ()
    types: tuple[str, ...] = as_sequence(effects)
    SubsetOf(tuple(EFFECTS)).check("effects", types)
    return types


def spark_replay_tables(ruleset: Ruleset) -> Tables:
    return {
        _USERS: user_columns(ruleset),
        _EFFECTS: (*EFFECT_COLUMNS, Column("position", "integer")),
        _RUNS: RUN_COLUMNS,
        _STATES: _STATE_COLUMNS,
        _COUNTS: None,
    }


@attrs.frozen
class ReplayTask(Value):
    """Evaluates the users of a partition under a ruleset."""

    ruleset: Ruleset
    columns: Columns
    until: int
    effect_types: tuple[str, ...]
    tally: bool
    keep_states: bool

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        return evaluate_frame_partition(batches, self.columns, lambda refuse: _SparkReplayUsers(self, refuse))


class _SparkReplayUsers:
    def __init__(self, task: ReplayTask, refuse: Callable[[BadRow], object]) -> None:
        self._until = task.until
        self._keep_states = task.keep_states
        self._kinds: frozenset[type[Effect]] = frozenset(EFFECTS[type_] for type_ in task.effect_types)
        self._plan = compile_ruleset(task.ruleset)
        self._evaluator = UserEvaluator(self._plan, refuse)
        self._counts = _SparkReplayCounts.of(task.ruleset, tally=task.tally)
        self._buffer = FrameRowBuffer(spark_replay_tables(task.ruleset))
        self._counter: UserTallyCounter | None = None
        self._events = self._position = 0

    def begin(self, user_id: str, state: str | None) -> None:  # noqa: ARG002  # events have it
        known = None
        self._events = self._position = 0
        if state is not None:
            dumped = json.loads(state)
            known, self._events = UserState.load(self._plan, dumped["state"]), dumped["events"]
        if self._counts.tally is not None:
            self._counter = UserTallyCounter(self._counts.tally)
        self._evaluator.begin(known)

    def apply(self, events: list[Event]) -> None:
        self._evaluator.apply(events, self._until)
        self._take(self._evaluator.take_effects())

    def _take(self, effects: Sequence[RawEffect]) -> None:
        if self._counter is not None:
            self._counter.add(effects)
        if self._kinds:
            add, kinds = self._buffer.add, self._kinds
            for position, raw in enumerate(effects, start=self._position):
                if raw[KIND] in kinds:
                    add(_EFFECTS, (*wide_effect_row(effect_from_raw(raw)), position))
            self._position += len(effects)

    def finish(self) -> None:
        state, effects, events = self._evaluator.finish(self._until)
        if state is None:
            return
        self._take(effects)
        if self._counter is not None:
            self._counter.finish(state)
        player, events = Player(self._plan, state), self._events + events
        self._counts.summary.add(player, events)
        self._buffer.add(_USERS, user_row(player, events))
        for row in run_value_frame_rows(self._plan, state):
            self._buffer.add(_RUNS, row)
        if self._keep_states:
            dumped = json.dumps(
                {"events": events, "state": state.dump(self._plan)}, ensure_ascii=False, separators=(",", ":")
            )
            self._buffer.add(_STATES, (state.id, dumped))

    def take_full(self) -> Iterator[Any]:
        return self._buffer.take_full()

    def take_all(self, bad_rows: BadFrameRows) -> Iterator[Any]:
        self._counts.bad_rows.merge(bad_rows)
        self._buffer.add(_COUNTS, pickle.dumps(self._counts, pickle.HIGHEST_PROTOCOL))
        return self._buffer.take_all()
