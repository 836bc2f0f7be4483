"""Sweeps: the same users under many variants of a ruleset.

Every user acts once, and is evaluated under every variant. So the difference between two rows is caused by the rules
alone, and its confidence interval is computed from the users' differences.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice, product
from math import prod, sqrt
from typing import Any, Final, Self

import attrs

from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.evaluation import ProgressCallback
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import START, Scenario, run_population
from trophy_engine.analysis.statistics.figures import (
    COMPARABLE,
    Figure,
    distinct_names,
    figures_under,
    side_by_side,
)
from trophy_engine.analysis.statistics.streaks import other_streaks, shown_streaks
from trophy_engine.analysis.statistics.survival import WIDTH
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.core import NO_STREAK, Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.representation import named_repr
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.override import override
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset, check_ruleset_has_metrics
from trophy_engine.rules.structure import as_plain_value
from trophy_engine.values import Value

__all__ = ["MAX_RULESETS", "Estimate", "Sweep", "SweepRow", "sweep"]

#: The maximal number of variants per sweep.
MAX_RULESETS: Final = 1000
#: A dot that is not in the key of an item.
_DOT: Final = re.compile(r"\.(?![^\[]*\])")
_JSON_WORDS: Final = ("true", "false", "null", "unset")


@attrs.frozen
class Estimate(Value):
    """A mean over users, and its 95 % confidence interval by the normal approximation; None for a single user."""

    mean: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, number: int, total: int, squares: int) -> Self:
        """Return the estimate for a number of values (at least one), their sum, and the sum of their squares.

        Raises:
            InvalidValue: the mean or the interval exceeds the range of a float.
        """
        try:
            mean = total / number
            if number == 1:
                return cls(mean, None, None)
            variance = (number * squares - total * total) / (number * (number - 1))
            margin = WIDTH * sqrt(variance / number)
        except OverflowError:
            raise InvalidValue("the mean over the users is too large for a float; lower the points or boosts") from None
        return cls(mean, mean - margin, mean + margin)


def _round_estimate(estimate: Estimate) -> Iterator[float | None]:
    return (None if number is None else round(number, 6) for number in (estimate.mean, estimate.low, estimate.high))


@attrs.frozen
class SweepRow(Value):
    """One variant of the ruleset.

    Attributes:
        values: the varied values, by path.
        labels: a short label by path, different for each path of the sweep: ``max_count`` or ``points[xp].maximum``.
        ruleset: the resulting ruleset.
        means: the mean over the users, by measure.
        differences: the mean of each user's difference to the first row, by measure.
        tally: the counts over all users.
    """

    values: Mapping[str, Any]
    labels: Mapping[str, str]
    ruleset: Ruleset
    means: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]
    tally: Tally

    def __repr__(self) -> str:
        """Return the varied values and the means."""
        return named_repr(self, {"values": self.values, "means": {key: one.mean for key, one in self.means.items()}})

    @property
    def name(self) -> str:
        """The varied values, each with the label of its path: ``max_count = 2``; no two rows have the same name."""
        return ", ".join(f"{self.labels[path]} = {text}" for path, text in zip(self.values, self.texts, strict=True))

    @property
    def texts(self) -> tuple[str, ...]:
        """The varied values as text; ``unset`` is a removed field."""
        return tuple(map(_format_varied_value, self.values.values()))


def _format_varied_value(value: Any) -> str:
    """Return a value as JSON; text that cannot be mistaken for another value is without quotes.

    >>> [_format_varied_value(value) for value in (None, True, "daily", "5", [1, 2])]
    ['unset', 'true', 'daily', '"5"', '[1, 2]']
    """
    if value is None:
        return "unset"
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    return value if isinstance(value, str) and value.isidentifier() and value not in _JSON_WORDS else text


def _label_varied_paths(paths: Sequence[str]) -> dict[str, str]:
    """Return by path its shortest ending that no other path has, with the item that a field belongs to.

    >>> paths = ["streaks.daily.freezes.max_count", "points[xp].maximum", "points[gems].maximum"]
    >>> list(_label_varied_paths(paths).values())
    ['max_count', 'points[xp].maximum', 'points[gems].maximum']
    """
    return {path: _label_varied_path(path, [other for other in paths if other != path]) for path in paths}


def _label_varied_path(path: str, others: Sequence[str]) -> str:
    parts = _DOT.split(path)
    last = len(parts) - 1
    starts = range(last - ("]" in parts[last - 1]) if last else 0, -1, -1)
    endings = (".".join(parts[start:]) for start in starts)
    return next((ending for ending in endings if not any(f".{other}".endswith(f".{ending}") for other in others)), path)


@attrs.frozen
class Sweep(Tabular):
    """The result of a scenario under each variant of a ruleset.

    As a table it has one row per variant and measure, as its first figure.
    """

    scenario: Scenario
    rows: tuple[SweepRow, ...]

    def __repr__(self) -> str:
        """Return the variants by name, and the scenario in numbers."""
        scenario = self.scenario
        numbers = {"users": scenario.users, "days": scenario.days, "seed": scenario.seed}
        return named_repr(self, {"variants": tuple(row.name for row in self.rows), **numbers})

    def _repr_html_(self) -> str:
        """Return the table of measures, and charts, for notebooks."""
        from trophy_engine.analysis.notebook import sweep_html  # noqa: PLC0415  # only notebooks show HTML

        return sweep_html(self)

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns of the table of measures."""
        return self._build_measures_figure().table_columns()

    def table_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the rows of the table of measures."""
        return self._build_measures_figure().table_rows()

    @property
    def measures(self) -> dict[str, str]:
        """The labels of the measures by key; measures of things that no variant has are left out."""
        rulesets = [row.ruleset for row in self.rows]
        labels: dict[str, str] = {}
        for streak in shown_streaks(*rulesets):
            labels[streak.column("longest_streak")] = f"longest {streak.noun}, in {streak.unit}s"
            labels[streak.column("running_streak")] = f"share of users with a running {streak.noun}"
            if streak.has_freezes:
                labels[streak.column("freezes_used")] = streak.title("freezes used")
        if any(ruleset.achievements for ruleset in rulesets):
            labels["achievements"] = "completed achievements"
        systems = {system.key: system for ruleset in rulesets for system in ruleset.points}
        names = distinct_names(tuple(systems.values()))
        return labels | {f"points:{key}": f"points: {name}" for key, name in names.items()}

    def figures(self) -> tuple[Figure, ...]:
        """Return the figures of the rows, side by side: first the measures and their differences."""
        streaks = shown_streaks(*(row.ruleset for row in self.rows))
        figures_by_rules = {
            row.name: figures_under(number, row.ruleset, row.tally, streaks) for number, row in enumerate(self.rows)
        }
        shown = (
            self._build_measures_figure(),
            *(figure for figure in side_by_side(figures_by_rules) if figure.kind in COMPARABLE),
        )
        return tuple(figure for figure in shown if figure.rows)

    def _build_measures_figure(self) -> Figure:
        return Figure(
            "sweep",
            "Effect of the variations",
            f"The mean per user under each variation minus the mean under {self.rows[0].name}, with its 95 % "
            f"confidence interval, over {count_noun(self.rows[0].tally.users, 'active user')}. A difference "
            "whose interval contains 0 may be chance.",
            ("rules", "measure", "label", "mean", "low", "high", "difference", "difference_low", "difference_high")
            + tuple(self.rows[0].labels.values()),
            tuple(
                (
                    row.name,
                    name,
                    label,
                    *_round_estimate(row.means[name]),
                    *_round_estimate(row.differences[name]),
                    *row.texts,
                )
                for row in self.rows
                for name, label in self.measures.items()
                if name in row.means
            ),
        )


def sweep(
    ruleset: RulesSource,
    variations: Mapping[str, Iterable[Any]],
    population: Population | None = None,
    *,
    users: int = 1000,
    days: int = 365,
    seed: int = 0,
    start: date | str = START,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
) -> Sweep:
    """Simulate a population under every combination of values.

    Args:
        ruleset: the rules to vary.
        variations: the values to try, by path (see ``rules.override``), at most 1,000 combinations; the others are
            compared with the first one.
        population: the users, ``Population.typical`` by default; it and the other arguments are as in ``simulate``.
        users: the number of users.
        days: the number of days.
        seed: the seed of all random numbers.
        start: the first day.
        workers: the number of processes.
        on_progress: called with the progress.

    Raises:
        InvalidRules: a combination is invalid; the error names it.
        InvalidValue: there is nothing to vary, there are too many combinations, or ``simulate`` would raise it.
    """
    rules = as_ruleset(ruleset)
    InstanceOf((Mapping,)).check("variations", variations)
    for path, values in variations.items():
        InstanceOf((Iterable,)).check(FieldName(before=f"variations of {path}"), values)
    paths = list(variations)
    values_to_try = [as_plain_value(tuple(islice(values, MAX_RULESETS + 1))) for values in variations.values()]
    if prod(map(len, values_to_try)) > MAX_RULESETS:
        raise InvalidValue(f"the values make more than {MAX_RULESETS:,} combinations; try fewer at a time")
    combinations = [dict(zip(paths, values, strict=True)) for values in product(*values_to_try)]
    if not paths or not combinations:
        raise InvalidValue(
            "there is nothing to vary; give paths and values such as {'streaks.daily.freezes.max_count': [0, 1]}"
        )
    rulesets = tuple(_build_sweep_variant(rules, values) for values in combinations)
    for path, values in zip(paths, values_to_try, strict=True):
        _check_varied_values(path, values)
    check_ruleset_has_metrics(rules)
    scenario = Scenario(Population.typical(rules) if population is None else population, users, days, seed, start)
    sums = run_population(scenario, _SweepJob(rulesets), workers=workers, on_progress=on_progress)
    labels = _label_varied_paths(paths)
    return Sweep(
        scenario,
        tuple(
            sums.row(number, values, labels, varied)
            for number, (values, varied) in enumerate(zip(combinations, rulesets, strict=True))
        ),
    )


def _check_varied_values(path: str, values: tuple[Any, ...]) -> None:
    [(text, count)] = Counter(map(_format_varied_value, values)).most_common(1) or [("", 0)]
    if count > 1:
        raise InvalidValue(f"variations of {path} contain {text} more than once; list each value once")


def _build_sweep_variant(ruleset: Ruleset, values: Mapping[str, Any]) -> Ruleset:
    try:
        return override(ruleset, values)
    except InvalidRules as error:
        paths_and_values = ", ".join(f"{path} = {value}" for path, value in values.items())
        problems = "; ".join(str(problem).removeprefix("error: ") for problem in error.problems)
        raise InvalidRules([Problem("error", paths_and_values, problems)]) from None


def _compute_sweep_measures(plan: Plan, others: Collection[str], state: UserState | None) -> dict[str, int]:
    """Return the measures of a user as integers, so that sums are exact in any order.

    Streaks are the primary one, and those of ``others`` that the rules have.
    """
    streaks = {"": NO_STREAK if state is None else state.streak}
    for streak in plan.streaks:
        if streak.key in others:
            streaks[f":{streak.key}"] = NO_STREAK if state is None else state.streaks[streak.place]
    measures: dict[str, int] = {}
    for ending, own in streaks.items():
        measures[f"longest_streak{ending}"] = own.longest
        measures[f"running_streak{ending}"] = int(own.length > 0)
        measures[f"freezes_used{ending}"] = own.freezes_used
    measures["achievements"] = len(state.counters.completed) if state else 0
    for system in plan.systems:
        measures[f"points:{system.key}"] = 0 if state is None else state.points.balances[system.index]
    return measures


@attrs.define
class _SweepSums:
    """By row and measure, over users: the sum, the sum of squares, and both for the differences to the first row."""

    tallies: list[Tally]
    users: int = 0
    sums: list[dict[str, list[int]]] = attrs.field(factory=list)

    def add(self, measured: list[dict[str, int]]) -> None:
        """Add the measures of a user under every row."""
        self.users += 1
        for sums, measures in zip(self.sums, measured, strict=True):
            for name, value in measures.items():
                difference = value - measured[0].get(name, 0)
                sums_of_measure = sums.setdefault(name, [0, 0, 0, 0])
                for index, number in enumerate((value, value * value, difference, difference * difference)):
                    sums_of_measure[index] += number

    def merge(self, other: Self) -> None:
        """Add the sums of other users."""
        self.users += other.users
        for mine, theirs in zip(self.tallies, other.tallies, strict=True):
            mine.merge(theirs)
        for sums, more in zip(self.sums, other.sums, strict=True):
            for name, sums_of_measure in more.items():
                known = sums.setdefault(name, [0, 0, 0, 0])
                for index, number in enumerate(sums_of_measure):
                    known[index] += number

    def row(self, number: int, values: Mapping[str, Any], labels: Mapping[str, str], ruleset: Ruleset) -> SweepRow:
        """Return the row with a number."""
        means, differences = {}, {}
        for name, (total, squares, difference, squared) in self.sums[number].items():
            means[name] = Estimate.of(self.users, total, squares)
            differences[name] = Estimate.of(self.users, difference, squared)
        return SweepRow(values, labels, ruleset, means, differences, self.tallies[number])


@attrs.frozen
class _SweepJob(Value):
    rulesets: tuple[Ruleset, ...]

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> _SweepAccumulator:  # noqa: ARG002  # nothing is kept
        sums = _SweepSums([Tally.of(ruleset) for ruleset in self.rulesets], sums=[{} for _ in self.rulesets])
        evaluators = [UserEvaluator(compile_ruleset(ruleset), on_bad_row) for ruleset in self.rulesets]
        return _SweepAccumulator(sums, evaluators, frozenset(other_streaks(*self.rulesets)))


@attrs.frozen
class _SweepAccumulator(Value):
    sums: _SweepSums
    evaluators: list[UserEvaluator]
    other_streaks: frozenset[str]

    def add(self, user_id: str, events: list[Event], until: int) -> None:  # noqa: ARG002  # users are not distinguished
        measured = []
        for evaluator, tally in zip(self.evaluators, self.sums.tallies, strict=True):
            state, effects, _ = evaluator.evaluate(events, until)
            if state is not None:
                tally.count(state, effects)
            measured.append(_compute_sweep_measures(evaluator.plan, self.other_streaks, state))
        self.sums.add(measured)

    def finish(self) -> _SweepSums:
        return self.sums
