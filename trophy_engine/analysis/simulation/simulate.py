"""Simulation: the users of a population act for a number of days, with the same result as a replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from datetime import date
from itertools import repeat
from multiprocessing import get_context
from typing import Any, Final, TypeVar

import attrs

from trophy_engine.analysis.event_logs.evaluation import EvaluationJob, MergeableResult, ProgressCallback, check_workers
from trophy_engine.analysis.event_logs.events import BadRow
from trophy_engine.analysis.event_logs.runner import Replay, ReplayJob
from trophy_engine.analysis.simulation.population import Population, check_days
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.calendar.instants import DAY, EPOCH_DAY, from_micros
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.representation import named_repr
from trophy_engine.rules.constraints import LOCAL_DATE, InstanceOf, Integer, as_date
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset, check_ruleset_has_metrics
from trophy_engine.values import Value

__all__ = ["MAX_USERS", "START", "Scenario", "Simulation", "run_population", "simulate"]

#: The default start of simulations, a Wednesday.
START: Final = date(2025, 1, 1)
#: The maximal number of users of a simulation.
MAX_USERS: Final = 10_000_000
_BATCH: Final = 250

P = TypeVar("P", bound=MergeableResult)


@attrs.frozen
class Scenario(Value):
    """The users of a simulation, and its time.

    Attributes:
        population: the population that users are drawn from.
        users: the number of users, at most 10,000,000.
        days: the number of days from ``start`` on.
        seed: the seed of all random numbers; the same seed results in the same users in every process.
        start: the first day.
    """

    population: Population = attrs.field(validator=InstanceOf((Population,)))
    users: int = attrs.field(default=1000, validator=Integer())
    days: int = attrs.field(default=365, validator=Integer())
    seed: int = attrs.field(default=0, validator=Integer())
    start: date = attrs.field(default=START, converter=as_date, validator=LOCAL_DATE)

    def __attrs_post_init__(self) -> None:
        """Check that there are users and days, and that the days are in range."""
        for name, number in (("users", self.users), ("days", self.days)):
            if number < 1:
                raise InvalidValue(f"must be at least 1, not {short_repr(number)}", name)
        if self.users > MAX_USERS:
            raise InvalidValue(f"must be at most {MAX_USERS:,}, not {short_repr(self.users)}", "users")
        check_days(self.start, self.days)

    @property
    def until(self) -> int:
        """The end of the last day in the last time zone, in microseconds."""
        return (self.start.toordinal() + self.days - EPOCH_DAY) * DAY + DAY // 2 - 1


def run_population(
    scenario: Scenario, job: EvaluationJob[P], *, workers: int = 1, on_progress: ProgressCallback | None = None
) -> P:
    """Return the merged result of a job over the users of a scenario, accumulated in one or several processes."""
    check_workers(workers, on_progress)
    result = job.open("", _check_simulated_event).finish()
    batches = [range(first, min(first + _BATCH, scenario.users)) for first in range(0, scenario.users, _BATCH)]
    if on_progress is not None:
        on_progress("simulating", 0, scenario.users)
    with nullcontext() if workers == 1 else ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        map_batches: Callable[..., Iterator[P]] = map if pool is None else pool.map
        for numbers, batch_result in zip(
            batches, map_batches(_simulate_batch, repeat(scenario), repeat(job), batches), strict=True
        ):
            result.merge(batch_result)
            if on_progress is not None:
                on_progress("simulating", numbers.stop, scenario.users)
    return result


def _simulate_batch(scenario: Scenario, job: EvaluationJob[P], numbers: range) -> P:
    accumulator = job.open(f"{numbers.start:09}", _check_simulated_event)
    for number in numbers:
        events = scenario.population.events(scenario.seed, number, scenario.start, scenario.days)
        if events:
            accumulator.add(events[0].user_id, events, scenario.until)
    return accumulator.finish()


def _check_simulated_event(row: BadRow) -> None:
    """Ignore an event that the rules refuse, for example for lack of points; raise if the rules do not know it."""
    if not row.refused:
        raise InvalidValue(f"the rules do not know an event of the population: {row.reason}")


@attrs.frozen
class Simulation(Tabular):
    """The result of a scenario under a ruleset: the state of each user, and the tally.

    As a table it has one row per user, sorted by id.
    """

    scenario: Scenario
    result: Replay

    def __repr__(self) -> str:
        """Return the scenario in numbers, and the number of users who were active in it."""
        scenario = self.scenario
        numbers = {"users": scenario.users, "days": scenario.days, "seed": scenario.seed, "start": scenario.start}
        return named_repr(self, {**numbers, "active": len(self.result.states)})

    def _repr_html_(self) -> str:
        """Return the scenario, tables of the summary, and charts, for notebooks."""
        from trophy_engine.analysis.notebook import simulation_html  # noqa: PLC0415  # only notebooks show HTML

        return simulation_html(self)

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns of the table of users."""
        return self.result.table_columns()

    def table_rows(self) -> Iterable[tuple[Any, ...]]:
        """Return the rows of the table of users."""
        return self.result.table_rows()

    @property
    def ruleset(self) -> Ruleset:
        """The ruleset."""
        return self.result.ruleset

    @property
    def tally(self) -> Tally:
        """The counts over all users."""
        return self.result.tally or Tally.of(self.result.ruleset)


def simulate(
    ruleset: RulesSource,
    population: Population | None = None,
    *,
    users: int = 1000,
    days: int = 365,
    seed: int = 0,
    start: date | str = START,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
) -> Simulation:
    """Simulate a population under a ruleset; ``Scenario`` describes the arguments.

    The rules are a ``Ruleset``, the path of a rules file, the name of a bundled one, or a mapping. Without a population
    it is ``Population.typical``.

    The result is the same for the same seed in every process, and for any number of workers.

    Raises:
        InvalidValue: there are no users or days, the days are out of range, or the rules do not know an event.
    """
    rules = as_ruleset(ruleset)
    check_ruleset_has_metrics(rules)
    scenario = Scenario(Population.typical(rules) if population is None else population, users, days, seed, start)
    result = run_population(scenario, ReplayJob(rules, tally=True), workers=workers, on_progress=on_progress)
    result.until = from_micros(scenario.until)
    return Simulation(scenario, result)
