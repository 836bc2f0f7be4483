"""The comparison of two rulesets on a frame of PySpark, in one pass."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from trophy_engine.analysis.comparison import Difference, merge_refused_rows, read_compared_totals
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.log_source import check_log_columns
from trophy_engine.analysis.spark.bad_rows import BadFrameRow, BadFrameRows
from trophy_engine.analysis.spark.evaluation import evaluate_frame_partition
from trophy_engine.analysis.spark.one_pass import EventFrame, FrameOfTables
from trophy_engine.analysis.spark.tables import FrameRowBuffer, Tables
from trophy_engine.analysis.statistics.comparison_counts import ComparisonCounts, compared_points_systems
from trophy_engine.analysis.statistics.streaks import other_streaks
from trophy_engine.analysis.statistics.tally import Tally, UserTallyCounter
from trophy_engine.analysis.tables.comparison import comparison_columns, difference_row
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.rules.constraints import FLAG
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.values import Value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["SparkComparison", "compare_frames"]

#: The tables of the frame of a comparison.
_DIFFERENCES, _COUNTS = "differences", "counts"


@attrs.define
class _SparkComparisonCounts:
    """What the users of a part of the partitions add up to."""

    comparison: ComparisonCounts
    tallies: tuple[Tally, Tally] | None
    bad_rows: BadFrameRows = attrs.field(factory=BadFrameRows)

    @classmethod
    def of(cls, old: Ruleset, new: Ruleset, *, tally: bool) -> _SparkComparisonCounts:
        return cls(ComparisonCounts(old, new), (Tally.of(old), Tally.of(new)) if tally else None)

    def merge(self, other: _SparkComparisonCounts) -> None:
        self.comparison.merge(other.comparison)
        self.bad_rows.merge(other.bad_rows)
        if self.tallies is not None and other.tallies is not None:
            for mine, theirs in zip(self.tallies, other.tallies, strict=True):
                mine.merge(theirs)


@attrs.frozen(slots=False, eq=False)
class SparkComparison:
    """The result of a comparison on a frame.

    Attributes:
        old, new: the rulesets.
        until: the instant to which users are settled; None for a frame without events.
        evaluated: the frame of all tables.
    """

    old: Ruleset = attrs.field(repr=False)
    new: Ruleset = attrs.field(repr=False)
    until: datetime | None
    evaluated: FrameOfTables = attrs.field(repr=False)
    _tally: bool = attrs.field(repr=False)

    @property
    def differences(self) -> DataFrame:
        """One row per user, with the columns of the table of a local comparison."""
        return self.evaluated.table(_DIFFERENCES)

    @property
    def tallies(self) -> tuple[Tally, Tally] | None:
        """The counts over all users under the old and the new rules; None unless requested."""
        return self._counts.tallies

    @property
    def skipped(self) -> int:
        """The number of bad rows."""
        return self._counts.bad_rows.count

    @property
    def bad_rows(self) -> tuple[BadFrameRow, ...]:
        """The first thousand bad rows, by their cells."""
        return self._counts.bad_rows.first()

    def sentences(self) -> Iterator[str]:
        """Yield sentences that summarize the comparison."""
        return self._counts.comparison.sentences()

    @cached_property
    def _counts(self) -> _SparkComparisonCounts:
        counts = _SparkComparisonCounts.of(self.old, self.new, tally=self._tally)
        for part in self.evaluated.parts(_COUNTS):
            counts.merge(pickle.loads(part))  # noqa: S301  # written by the tasks of this comparison
        return counts

    def unpersist(self) -> None:
        """Remove the kept rows from the disks of the cluster; frames that are used later run the pass again."""
        self.evaluated.frame.unpersist()


def compare_frames(
    old: RulesSource,
    new: RulesSource,
    frame: DataFrame,
    *,
    columns: Columns | None = None,
    until: datetime | None = None,
    order: str | Sequence[str] = (),
    tally: bool = False,
    partitions: int | None = None,
    folder: str | None = None,
) -> SparkComparison:
    """Evaluate a frame of events of PySpark under two rulesets in one pass.

    ``frame`` and the arguments after it are those of ``replay_frame``; ``tally`` requests a tally for each ruleset.

    Raises:
        InvalidValue, MissingExtra: as ``replay_frame`` does.
    """
    rules = as_ruleset(old, "old"), as_ruleset(new, "new")
    log_columns = check_log_columns(columns, *rules)
    events = EventFrame(frame, log_columns, order, until, None, partitions, folder)
    FLAG.check("tally", tally)
    evaluated = events.evaluate(
        lambda parsed, last: ComparisonTask(*rules, parsed, last, tally), spark_comparison_tables(*rules)
    )
    return SparkComparison(*rules, evaluated.until, evaluated, tally)


def spark_comparison_tables(old: Ruleset, new: Ruleset) -> Tables:
    return {_DIFFERENCES: comparison_columns(other_streaks(old, new), compared_points_systems(old, new)), _COUNTS: None}


@attrs.frozen
class ComparisonTask(Value):
    """Evaluates the users of a partition under two rulesets."""

    old: Ruleset
    new: Ruleset
    columns: Columns
    until: int
    tally: bool

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        return evaluate_frame_partition(batches, self.columns, lambda refuse: _SparkComparedUsers(self, refuse))


class _SparkComparedUsers:
    def __init__(self, task: ComparisonTask, refuse: Callable[[BadRow], object]) -> None:
        rules = task.old, task.new
        self._until = task.until
        self._refuse = refuse
        self._refused: tuple[list[BadRow], list[BadRow]] = ([], [])
        self._evaluators = [
            UserEvaluator(compile_ruleset(ruleset), rows.append)
            for ruleset, rows in zip(rules, self._refused, strict=True)
        ]
        self._others, self._systems = other_streaks(*rules), compared_points_systems(*rules)
        self._counts = _SparkComparisonCounts.of(*rules, tally=task.tally)
        self._counters: list[UserTallyCounter] = []
        self._buffer = FrameRowBuffer(spark_comparison_tables(*rules))
        self._user_id = ""

    def begin(self, user_id: str, state: str | None) -> None:  # noqa: ARG002  # comparisons begin at the beginning
        self._user_id = user_id
        self._counters = [UserTallyCounter(tally) for tally in self._counts.tallies or ()]
        for evaluator in self._evaluators:
            evaluator.begin()

    def apply(self, events: list[Event]) -> None:
        for index, evaluator in enumerate(self._evaluators):
            evaluator.apply(events, self._until)
            effects = evaluator.take_effects()
            if self._counters:
                self._counters[index].add(effects)
        for row in merge_refused_rows(*self._refused):
            self._refuse(row)
        for rows in self._refused:
            rows.clear()

    def finish(self) -> None:
        totals = []
        for index, evaluator in enumerate(self._evaluators):
            state, effects, events = evaluator.finish(self._until)
            totals.append(read_compared_totals(evaluator.plan, self._others, self._systems, state, events))
            if self._counters and state is not None:
                self._counters[index].add(effects)
                self._counters[index].finish(state)
        if any(user_totals.events for user_totals in totals):
            difference = Difference(self._user_id, *totals)
            self._counts.comparison.add(difference)
            self._buffer.add(_DIFFERENCES, difference_row(difference))

    def take_full(self) -> Iterator[Any]:
        return self._buffer.take_full()

    def take_all(self, bad_rows: BadFrameRows) -> Iterator[Any]:
        self._counts.bad_rows.merge(bad_rows)
        self._buffer.add(_COUNTS, pickle.dumps(self._counts, pickle.HIGHEST_PROTOCOL))
        return self._buffer.take_all()
