"""Comparison of two rulesets on one log: the gains and losses of each user.

The log is read once; every user is evaluated under both rulesets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Self

import attrs

from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.evaluation import BadRows, ProgressCallback, evaluate
from trophy_engine.analysis.event_logs.events import BadRow, Columns, Event
from trophy_engine.analysis.event_logs.log_source import LogSource, as_log, columns_for
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core import Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.rules.constraints import FLAG, Integer
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset, check_metrics

__all__ = ["Comparison", "Difference", "UserTotals", "compare"]


@attrs.frozen
class UserTotals:
    """The totals of a user under one ruleset.

    Attributes:
        events: the number of the user's events that the rules accepted.
        streak, longest: the lengths of the running streak and of the longest one.
        points: the balance by system; 0 if the rules do not have the system.
        achievements: the keys of the completed achievements.
    """

    events: int
    streak: int
    longest: int
    points: tuple[int, ...]
    achievements: frozenset[str]


@attrs.frozen
class Difference:
    """The totals of a user under the old and the new rules; points are in the order of ``Comparison.systems``."""

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
        return tuple(new - old for old, new in zip(self.old.points, self.new.points, strict=True))

    @property
    def streak(self) -> int:
        """The length of the running streak under the new rules minus the length under the old ones."""
        return self.new.streak - self.old.streak

    @property
    def longest(self) -> int:
        """The length of the longest streak under the new rules minus the length under the old ones."""
        return self.new.longest - self.old.longest

    @property
    def changed(self) -> bool:
        """Whether any total except the number of events differs."""
        return attrs.evolve(self.old, events=0) != attrs.evolve(self.new, events=0)

    @property
    def loses(self) -> bool:
        """Whether any total is lower, or an achievement is missing, under the new rules."""
        return bool(self.lost) or min((self.streak, self.longest, *self.points)) < 0

    @property
    def _impact(self) -> tuple[int, int, int, str]:
        achievements = len(self.gained) + len(self.lost)
        points = sum(map(abs, self.points))
        return -achievements, -points, -abs(self.streak) - abs(self.longest), self.user_id


@attrs.define(eq=False)
class Comparison:
    """The effect of a change of rules on the users of a log.

    Attributes:
        old, new: the rulesets.
        systems: the keys of the points systems of both, starting with those of the old rules.
        differences: the difference by user, sorted by user id, for the users with an event that either ruleset accepts.
        skipped: the number of bad rows; ``bad_rows`` has the first thousand, by file and line. A row that only one
            ruleset refuses is one of them; its reason names the ruleset.
        until: the instant to which users are settled; None for an empty log.
        tallies: the tallies under the old and the new rules; None unless requested.
    """

    old: Ruleset
    new: Ruleset
    systems: tuple[str, ...]
    differences: dict[str, Difference] = attrs.field(factory=dict)
    skipped: int = 0
    bad_rows: tuple[BadRow, ...] = ()
    until: datetime | None = None
    tallies: tuple[Tally, Tally] | None = None

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
        users = len(self.differences)
        if not users:
            yield "No user was evaluated, so gains and losses are unknown."
            return
        all_users = count_noun(users, "user")
        differences = list(self.differences.values())
        longer, shorter = _count_signs(difference.longest for difference in differences)
        if not any(rules.streak for rules in (self.old, self.new)):
            pass
        elif longer or shorter:
            yield f"The longest streak of {longer:,} of {all_users} would be longer, of {shorter:,} shorter."
        else:
            yield "The longest streak changes for no user."
        longer, shorter = _count_signs(difference.streak for difference in differences)
        if longer or shorter:
            yield f"Of the streaks that run at the end, {longer:,} would be longer and {shorter:,} shorter."
        gainers = sum(1 for difference in differences if difference.gained)
        losers = sum(1 for difference in differences if difference.lost)
        gain, lose = _count_users(gainers, users, "gain"), _count_users(losers, users, "lose")
        if any(rules.achievements for rules in (self.old, self.new)):
            yield f"{gain} an achievement; {lose.lower()} one."
        names = {system.key: system.name for rules in (self.new, self.old) for system in rules.points}
        for index, system in enumerate(map(names.__getitem__, self.systems)):
            more, fewer = _count_signs(difference.points[index] for difference in differences)
            total = sum(difference.points[index] for difference in differences)
            if more or fewer:
                change = f"{more:,} of {all_users} would have more points, {fewer:,} fewer"
                yield f"{system}: {change}; {total:+,} in all."
            else:
                yield f"{system}: the points of no user change."


def _count_signs(deltas: Iterable[int]) -> tuple[int, int]:
    """Return the number of positive and of negative deltas."""
    signs = Counter((delta > 0) - (delta < 0) for delta in deltas)
    return signs[1], signs[-1]


def _count_users(number: int, users: int, verb: str) -> str:
    return f"{number:,} of {count_noun(users, 'user')} {verb}{'s' * (number == 1)}" if number else f"No user {verb}s"


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
) -> Comparison:
    """Evaluate a log under two rulesets in one pass, and return the differences for each user.

    ``log`` and the arguments after it are those of ``replay``; ``tally`` requests a tally for each ruleset.

    Raises:
        BadRowFound, TooManyBadRows, InvalidValue: as ``replay`` does.
    """
    rules = as_ruleset(old, "old"), as_ruleset(new, "new")
    for one in rules:
        check_metrics(one)
    rows = as_log(log, columns_for(rules[0]) if columns is None else columns)
    FLAG.check("tally", tally)
    bad_rows = BadRows(max_errors, on_bad_row)
    last = None if until is None else to_micros(until, "until")
    result, evaluated_until = evaluate(
        rows, _Job(*rules, tally), until=last, bad_rows=bad_rows, workers=workers, on_progress=on_progress
    )
    result.differences = dict(sorted(result.differences.items()))
    result.skipped = bad_rows.count
    result.bad_rows = bad_rows.first()
    result.until = None if evaluated_until is None else from_micros(evaluated_until)
    return result


@attrs.frozen
class _Job:
    old: Ruleset
    new: Ruleset
    tally: bool

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> _ComparisonAccumulator:  # noqa: ARG002  # no file
        systems = tuple(dict.fromkeys(system.key for rules in (self.old, self.new) for system in rules.points))
        tallies = (Tally.of(self.old), Tally.of(self.new)) if self.tally else None
        return _ComparisonAccumulator(Comparison(self.old, self.new, systems, tallies=tallies), on_bad_row)


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
            totals.append(_read_totals(evaluator.plan, self._result.systems, state, event_count))
            if self._result.tallies is not None and state is not None:
                self._result.tallies[index].count(state, effects)
        self._report_refused()
        if any(user_totals.events for user_totals in totals):
            self._result.differences[user_id] = Difference(user_id, *totals)

    def _report_refused(self) -> None:
        """Report the refused rows; report a row that both rulesets refuse once."""
        old, new = ({row.source: row for row in rows} for rows in self._refused)
        for source in sorted({*old, *new}):
            if source in old and source in new:
                self._on_bad_row(old[source])
            else:
                side, row = ("old", old[source]) if source in old else ("new", new[source])
                self._on_bad_row(BadRow(source, f"under the {side} rules only: {row.reason}"))
        for rows in self._refused:
            rows.clear()

    def finish(self) -> Comparison:
        return self._result


def _read_totals(plan: Plan, systems: tuple[str, ...], state: UserState | None, event_count: int) -> UserTotals:
    if state is None:
        return UserTotals(0, 0, 0, (0,) * len(systems), frozenset())
    index_by_key = {system.key: system.index for system in plan.systems}
    points = tuple(state.points.balances[index_by_key[key]] if key in index_by_key else 0 for key in systems)
    streak = state.streak
    return UserTotals(event_count, streak.length, streak.longest, points, frozenset(state.counters.completed))
