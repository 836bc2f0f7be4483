"""Comparison of two rulesets on one log: the gains and losses of each user.

The log is read once; every user is evaluated under both rulesets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.evaluation import BadRows, ProgressCallback, evaluate_log
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.log_source import LogSource, check_log_columns, rows_of_log_source
from trophy_engine.analysis.event_logs.partition import TieOrder
from trophy_engine.analysis.statistics.comparison_counts import ComparisonCounts, compared_points_systems
from trophy_engine.analysis.statistics.streaks import other_streaks
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.comparison import comparison_columns, difference_row
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core import NO_STREAK, Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.representation import named_repr
from trophy_engine.rules.constraints import FLAG, Integer
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset, check_ruleset_has_metrics
from trophy_engine.values import Value

__all__ = ["Comparison", "Difference", "UserTotals", "compare"]


@attrs.frozen
class UserTotals(Value):
    """The totals of a user under one ruleset.

    Attributes:
        events: the number of the user's events that the rules accepted.
        streak, longest: the lengths of the running streak and of the longest one, of the primary streak.
        points: the balance by system; 0 if the rules do not have the system.
        achievements: the keys of the completed achievements.
        other_streaks, other_longest: the same lengths of every other streak; 0 if the rules do not have the streak.
    """

    events: int
    streak: int
    longest: int
    points: tuple[int, ...]
    achievements: frozenset[str]
    other_streaks: tuple[int, ...] = ()
    other_longest: tuple[int, ...] = ()

    @property
    def streaks(self) -> tuple[int, ...]:
        """The lengths of all running streaks, the primary one first."""
        return (self.streak, *self.other_streaks)

    @property
    def longest_streaks(self) -> tuple[int, ...]:
        """The lengths of the longest streaks, in the order of ``streaks``."""
        return (self.longest, *self.other_longest)


@attrs.frozen
class Difference(Value):
    """The totals of a user under the old and the new rules.

    Points are in the order of ``Comparison.systems``, streaks that are not the primary one in that of
    ``Comparison.other_streaks``.
    """

    user_id: str
    old: UserTotals
    new: UserTotals

    @property
    def gained(self) -> tuple[str, ...]:
        """The achievements completed under the new rules only, sorted."""
        return tuple(sorted(self.new.achievements - self.old.achievements))

    @property
    def lost(self) -> tuple[str, ...]:
        """The achievements completed under the old rules only, sorted."""
        return tuple(sorted(self.old.achievements - self.new.achievements))

    @property
    def points(self) -> tuple[int, ...]:
        """By system, the balance under the new rules minus the balance under the old ones."""
        return _subtract_old_totals(self.old.points, self.new.points)

    @property
    def streak(self) -> int:
        """The length of the running primary streak under the new rules minus the length under the old ones."""
        return self.new.streak - self.old.streak

    @property
    def longest(self) -> int:
        """The length of the longest primary streak under the new rules minus the length under the old ones."""
        return self.new.longest - self.old.longest

    @property
    def streaks(self) -> tuple[int, ...]:
        """By streak, the primary one first, the difference of the lengths of running streaks."""
        return _subtract_old_totals(self.old.streaks, self.new.streaks)

    @property
    def longest_streaks(self) -> tuple[int, ...]:
        """By streak, the primary one first, the difference of the lengths of the longest streaks."""
        return _subtract_old_totals(self.old.longest_streaks, self.new.longest_streaks)

    @property
    def changed(self) -> bool:
        """Whether any total except the number of events differs."""
        return attrs.evolve(self.old, events=0) != attrs.evolve(self.new, events=0)

    @property
    def loses(self) -> bool:
        """Whether any total is lower, or an achievement is missing, under the new rules."""
        return bool(self.lost) or min((*self.streaks, *self.longest_streaks, *self.points)) < 0

    @property
    def _impact(self) -> tuple[int, int, int, str]:
        achievements = len(self.gained) + len(self.lost)
        points = sum(map(abs, self.points))
        streaks = sum(map(abs, (*self.streaks, *self.longest_streaks)))
        return -achievements, -points, -streaks, self.user_id


def _subtract_old_totals(old: tuple[int, ...], new: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(after - before for before, after in zip(old, new, strict=True))


@attrs.define(eq=False)
class Comparison(Tabular):
    """The effect of a change of rules on the users of a log; as a table, one row per user, sorted by id.

    Attributes:
        old, new: the rulesets.
        systems: the keys of the points systems of both, starting with those of the old rules.
        other_streaks: the keys of the streaks of both that are not the primary one of their rules, in the same order.
            The primary streaks are compared with each other, these by their keys.
        differences: the difference by user, sorted by user id, for the users with an event that either ruleset accepts.
        skipped: the number of bad rows; ``bad_rows`` has the first thousand, by file and line. A row that only one
            ruleset refuses is one of them; its reason names the ruleset.
        left_out: the number of rows and values that were left out on request, as for a ``Replay``.
        until: the instant to which users are settled; None for an empty log.
        tallies: the tallies under the old and the new rules; None unless requested.
    """

    old: Ruleset
    new: Ruleset
    systems: tuple[str, ...]
    other_streaks: tuple[str, ...] = ()
    differences: dict[str, Difference] = attrs.field(factory=dict)
    skipped: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    until: datetime | None = None
    tallies: tuple[Tally, Tally] | None = None

    def __repr__(self) -> str:
        """Return the numbers of users and skipped rows, and the end."""
        return named_repr(self, {"users": len(self.differences), "skipped": self.skipped, "until": self.until})

    def _repr_html_(self) -> str:
        """Return the sentences, tables of changes, and charts of the tallies, for notebooks."""
        from trophy_engine.analysis.notebook import comparison_html  # noqa: PLC0415  # only notebooks show HTML

        return comparison_html(self)

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns of the table of differences."""
        return comparison_columns(self.other_streaks, self.systems)

    def table_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the rows of the table of differences."""
        return map(difference_row, self.differences.values())

    def merge(self, other: Self) -> None:
        """Add the differences of other users."""
        self.differences |= other.differences
        if self.tallies is not None and other.tallies is not None:
            for mine, theirs in zip(self.tallies, other.tallies, strict=True):
                mine.merge(theirs)

    @property
    def changed(self) -> tuple[Difference, ...]:
        """The users with different totals, sorted by id."""
        return tuple(difference for difference in self.differences.values() if difference.changed)

    @property
    def losers(self) -> tuple[Difference, ...]:
        """The users with a lower total or a missing achievement under the new rules, sorted by id."""
        return tuple(difference for difference in self.differences.values() if difference.loses)

    def most_affected(self, n: int = 10) -> tuple[Difference, ...]:
        """Return the users with the greatest differences: in achievements, then points, then streaks.

        Raises:
            InvalidValue: ``n`` is not an integer of at least 0.
        """
        Integer(min=0).check("n", n)
        return tuple(sorted(self.changed, key=lambda difference: difference._impact)[:n])  # noqa: SLF001  # a module's own

    def sentences(self) -> Iterator[str]:
        """Yield sentences that summarize the comparison."""
        counts = ComparisonCounts(self.old, self.new)
        for difference in self.differences.values():
            counts.add(difference)
        return counts.sentences()


def compare(
    old: RulesSource,
    new: RulesSource,
    log: LogSource,
    *,
    columns: Columns | None = None,
    until: datetime | None = None,
    tally: bool = False,
    max_errors: int | None = None,
    on_bad_row: Callable[[BadRow], object] | None = None,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
    tie_order: TieOrder = "log",
) -> Comparison:
    """Evaluate a log under two rulesets in one pass, and return the differences for each user.

    ``log`` and the arguments after it are those of ``replay``; ``tally`` requests a tally for each ruleset.

    Raises:
        BadRowFound, TooManyBadRows, InvalidValue, UnknownKey: as ``replay`` does.
    """
    rules = as_ruleset(old, "old"), as_ruleset(new, "new")
    for one in rules:
        check_ruleset_has_metrics(one)
    rows = rows_of_log_source(log, check_log_columns(columns, *rules))
    FLAG.check("tally", tally)
    bad_rows = BadRows(max_errors, on_bad_row)
    last = None if until is None else to_micros(until, "until")
    result, evaluated_until = evaluate_log(
        rows,
        _ComparisonJob(*rules, tally),
        until=last,
        bad_rows=bad_rows,
        workers=workers,
        on_progress=on_progress,
        tie_order=tie_order,
    )
    result.differences = dict(sorted(result.differences.items()))
    result.skipped = bad_rows.count
    result.bad_rows = bad_rows.first()
    result.left_out = dict(bad_rows.left_out)
    result.until = None if evaluated_until is None else from_micros(evaluated_until)
    return result


@attrs.frozen
class _ComparisonJob(Value):
    old: Ruleset
    new: Ruleset
    tally: bool

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> _ComparisonAccumulator:  # noqa: ARG002  # no file
        systems, others = compared_points_systems(self.old, self.new), other_streaks(self.old, self.new)
        tallies = (Tally.of(self.old), Tally.of(self.new)) if self.tally else None
        return _ComparisonAccumulator(Comparison(self.old, self.new, systems, others, tallies=tallies), on_bad_row)


class _ComparisonAccumulator:
    def __init__(self, result: Comparison, on_bad_row: Callable[[BadRow], object]) -> None:
        self._result = result
        self._on_bad_row = on_bad_row
        self._refused: tuple[list[BadRow], list[BadRow]] = ([], [])
        rules_and_rows = zip((result.old, result.new), self._refused, strict=True)
        self._evaluators = [UserEvaluator(compile_ruleset(ruleset), rows.append) for ruleset, rows in rules_and_rows]

    def add(self, user_id: str, events: list[Event], until: int) -> None:
        totals = []
        for index, evaluator in enumerate(self._evaluators):
            state, effects, event_count = evaluator.evaluate(events, until)
            totals.append(
                read_compared_totals(
                    evaluator.plan, self._result.other_streaks, self._result.systems, state, event_count
                )
            )
            if self._result.tallies is not None and state is not None:
                self._result.tallies[index].count(state, effects)
        self._report_refused()
        if any(user_totals.events for user_totals in totals):
            self._result.differences[user_id] = Difference(user_id, *totals)

    def _report_refused(self) -> None:
        for row in merge_refused_rows(*self._refused):
            self._on_bad_row(row)
        for rows in self._refused:
            rows.clear()

    def finish(self) -> Comparison:
        return self._result


def merge_refused_rows(old_rows: Iterable[BadRow], new_rows: Iterable[BadRow]) -> Iterator[BadRow]:
    """Yield the rows that the old, the new, or both rulesets refuse, once each, by file and line."""
    old, new = ({row.source: row for row in rows} for rows in (old_rows, new_rows))
    for source in sorted({*old, *new}):
        if source in old and source in new:
            yield old[source]
        else:
            side, row = ("old", old[source]) if source in old else ("new", new[source])
            yield BadRow(source, f"under the {side} rules only: {row.reason}")


def read_compared_totals(
    plan: Plan, others: tuple[str, ...], systems: tuple[str, ...], state: UserState | None, event_count: int
) -> UserTotals:
    """Return the totals of a user, or zeros for a user without a state.

    Streaks are the primary one and ``others``, points are those of ``systems``.
    """
    if state is None:
        none = (0,) * len(others)
        return UserTotals(0, 0, 0, (0,) * len(systems), frozenset(), none, none)
    index_by_key = {system.key: system.index for system in plan.systems}
    points = tuple(state.points.balances[index_by_key[key]] if key in index_by_key else 0 for key in systems)
    streak = state.streak
    by_key = {rule.key: own for rule, own in zip(plan.streaks, state.streaks, strict=True)} if others else {}
    found = [by_key.get(key, NO_STREAK) for key in others]
    return UserTotals(
        event_count,
        streak.length,
        streak.longest,
        points,
        frozenset(state.counters.completed),
        tuple(other.length for other in found),
        tuple(other.longest for other in found),
    )
