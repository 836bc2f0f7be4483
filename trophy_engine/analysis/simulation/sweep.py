"""Sweeps: the same users under many variations of a ruleset.

Every user acts once, and what they did is evaluated under every variation. The users' chance is common to all rows, so
the difference between two rows is the rules' doing, and its confidence interval is that of the users' own differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice, product
from math import prod, sqrt
from typing import Any, Final, Self

import attrs

from trophy_engine.analysis.replay.evaluate_user import UserEvaluator
from trophy_engine.analysis.replay.evaluation import ProgressCallback
from trophy_engine.analysis.replay.events import BadRow, Event
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import START, Scenario, run_population
from trophy_engine.analysis.statistics.figures import COMPARABLE, Figure, figures, side_by_side
from trophy_engine.analysis.statistics.survival import WIDTH
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.core import Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.errors import FieldName, InvalidRules, InvalidValue
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.override import override
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["MAX_RULESETS", "Estimate", "Sweep", "SweepRow", "sweep"]

#: How many variations of a ruleset one can try at a time.
MAX_RULESETS: Final = 1000


@attrs.frozen
class Estimate:
    """A mean over users, and its 95 % confidence interval by the normal approximation, None with a single user."""

    mean: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, number: int, total: int, squares: int) -> Self:
        """Estimate from how many numbers there are, at least one, their sum, and the sum of their squares.

        Raises:
            InvalidValue: they are beyond what a float can hold.
        """
        try:
            mean = total / number
            if number == 1:
                return cls(mean, None, None)
            variance = (number * squares - total * total) / (number * (number - 1))
            margin = WIDTH * sqrt(variance / number)
        except OverflowError:
            raise InvalidValue("a float cannot hold the mean of what users have; lower the points or boosts") from None
        return cls(mean, mean - margin, mean + margin)


def _rounded(estimate: Estimate) -> Iterator[float | None]:
    return (None if number is None else round(number, 6) for number in (estimate.mean, estimate.low, estimate.high))


@attrs.frozen
class SweepRow:
    """One variation.

    Attributes:
        values: what was varied: by path, the value.
        ruleset: the rules that this makes.
        means: by measure, its mean over the users.
        differences: by measure, the mean of how much more each user has than in the first row.
        tally: what is counted over all users.
    """

    values: Mapping[str, Any]
    ruleset: Ruleset
    means: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]
    tally: Tally

    @property
    def name(self) -> str:
        """What is varied, without the way to it: ``max_count = 2``."""
        return ", ".join(f"{path.rpartition('.')[2]} = {value}" for path, value in self.values.items())


@attrs.frozen
class Sweep:
    """The result of a scenario under each variation of a ruleset."""

    scenario: Scenario
    rows: tuple[SweepRow, ...]

    def figures(self) -> tuple[Figure, ...]:
        """Return what there is to show of the rows, side by side: first the measures and how the rules change them."""
        sides = {row.name: figures(row.ruleset, row.tally) for row in self.rows}
        shown = (self._measures(), *(figure for figure in side_by_side(sides) if figure.key in COMPARABLE))
        return tuple(figure for figure in shown if figure.rows)

    def _measures(self) -> Figure:
        return Figure(
            "sweep",
            "What the rules change",
            f"The mean over the {self.rows[0].tally.users:,} users who act under each variation, less that under "
            f"{self.rows[0].name}, with 95 % intervals.",
            ("rules", "measure", "mean", "low", "high", "difference", "difference_low", "difference_high"),
            tuple(
                (row.name, name.replace("_", " "), *_rounded(mean), *_rounded(row.differences[name]))
                for row in self.rows
                for name, mean in row.means.items()
            ),
        )


def sweep(
    ruleset: Ruleset,
    variations: Mapping[str, Iterable[Any]],
    population: Population,
    *,
    users: int = 1000,
    days: int = 365,
    seed: int = 0,
    start: date = START,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
) -> Sweep:
    """Let a population act under every combination of values.

    Args:
        ruleset: the rules to vary.
        variations: by path (see ``rules.override``), the values to try; the first combination is what the others are
            compared with, and there are at most 1,000.
        population: the users; the rest as in ``simulate``.
        users: how many.
        days: for how many days.
        seed: what all chance comes from.
        start: the first day.
        workers: how many processes to use.
        on_progress: called with the progress.

    Raises:
        InvalidRules: a combination contradicts itself; the error says which.
        InvalidValue: there is nothing to vary or there are too many combinations, or as ``simulate`` raises it.
    """
    InstanceOf((Ruleset,)).check("ruleset", ruleset)
    InstanceOf((Mapping,)).check("variations", variations)
    for path, values in variations.items():
        InstanceOf((Iterable,)).check(FieldName(before=f"variations of {path}"), values)
    paths = list(variations)
    values_to_try = [tuple(islice(values, MAX_RULESETS + 1)) for values in variations.values()]
    if prod(map(len, values_to_try)) > MAX_RULESETS:
        raise InvalidValue(f"the values make more than {MAX_RULESETS:,} combinations; try fewer at a time")
    combinations = [dict(zip(paths, values, strict=True)) for values in product(*values_to_try)]
    if not paths or not combinations:
        raise InvalidValue(
            "there is nothing to vary; give paths and values such as {'streak.freezes.max_count': [0, 1]}"
        )
    rulesets = tuple(_override(ruleset, values) for values in combinations)
    scenario = Scenario(population, users, days, seed, start)
    sums = run_population(scenario, _Job(rulesets), workers=workers, on_progress=on_progress)
    return Sweep(scenario, tuple(map(sums.row, range(len(rulesets)), combinations, rulesets)))


def _override(ruleset: Ruleset, values: Mapping[str, Any]) -> Ruleset:
    try:
        return override(ruleset, values)
    except InvalidRules as error:
        paths_and_values = ", ".join(f"{path} = {value}" for path, value in values.items())
        problems = "; ".join(str(problem).removeprefix("error: ") for problem in error.problems)
        raise InvalidRules([Problem("error", paths_and_values, problems)]) from None


def _measures(plan: Plan, state: UserState | None) -> dict[str, int]:
    """Return what is measured of a user, in whole numbers, so that sums are exact in any order."""
    balances = {system.key: 0 if state is None else state.points.balances[system.index] for system in plan.systems}
    return {
        "longest_streak": state.streak.longest if state else 0,
        "running_streak": int(state is not None and state.streak.length > 0),
        "freezes_used": state.streak.freezes_used if state else 0,
        "achievements": len(state.counters.completed) if state else 0,
        **{f"points:{key}": balance for key, balance in balances.items()},
    }


@attrs.define
class _Sums:
    """Over users, by row and measure: the sum, the sum of squares, and the same of the differences to the first row."""

    tallies: list[Tally]
    users: int = 0
    sums: list[dict[str, list[int]]] = attrs.field(factory=list)

    def add(self, measured: list[dict[str, int]]) -> None:
        """Add what was measured of a user under every row."""
        self.users += 1
        for sums, measures in zip(self.sums, measured, strict=True):
            for name, value in measures.items():
                difference = value - measured[0].get(name, 0)
                sums_of_measure = sums.setdefault(name, [0, 0, 0, 0])
                for index, number in enumerate((value, value * value, difference, difference * difference)):
                    sums_of_measure[index] += number

    def merge(self, other: Self) -> None:
        """Merge the sums of other users into these."""
        self.users += other.users
        for mine, theirs in zip(self.tallies, other.tallies, strict=True):
            mine.merge(theirs)
        for sums, more in zip(self.sums, other.sums, strict=True):
            for name, sums_of_measure in more.items():
                known = sums.setdefault(name, [0, 0, 0, 0])
                for index, number in enumerate(sums_of_measure):
                    known[index] += number

    def row(self, number: int, values: Mapping[str, Any], ruleset: Ruleset) -> SweepRow:
        """Make the row of that number."""
        means, differences = {}, {}
        for name, (total, squares, difference, squared) in self.sums[number].items():
            means[name] = Estimate.of(self.users, total, squares)
            differences[name] = Estimate.of(self.users, difference, squared)
        return SweepRow(values, ruleset, means, differences, self.tallies[number])


@attrs.frozen
class _Job:
    rulesets: tuple[Ruleset, ...]

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> _SweepAccumulator:  # noqa: ARG002  # nothing is kept
        sums = _Sums([Tally.of(ruleset) for ruleset in self.rulesets], sums=[{} for _ in self.rulesets])
        return _SweepAccumulator(
            sums, [UserEvaluator(compile_ruleset(ruleset), on_bad_row) for ruleset in self.rulesets]
        )


@attrs.frozen
class _SweepAccumulator:
    sums: _Sums
    evaluators: list[UserEvaluator]

    def add(self, user_id: str, events: list[Event], until: int) -> None:  # noqa: ARG002  # users are not told apart
        measured = []
        for evaluator, tally in zip(self.evaluators, self.sums.tallies, strict=True):
            state, effects, _ = evaluator.evaluate(events, until)
            if state is not None:
                tally.count(state, effects)
            measured.append(_measures(evaluator.plan, state))
        self.sums.add(measured)

    def finish(self) -> _Sums:
        return self.sums
