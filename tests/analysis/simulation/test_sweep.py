"""A sweep compares the same users under different rules."""

import csv

from attrs import evolve

from trophy_engine import (
    Freezes,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.simulation.behavior import Chance
from trophy_engine.analysis.simulation.persona import Action, Persona
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import simulate
from trophy_engine.analysis.simulation.sweep import Estimate, sweep
from trophy_engine.analysis.statistics.figures import write_figures

RULES = Ruleset(
    metrics=[Metric("words")],
    streak=Streak(metrics=[StreakMetric("words")], freezes=Freezes(0, 2, 5, 1)),
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])],
)
PEOPLE = Population([Persona(Chance(0.7), [Action("words", (1, 2))]), Persona(Chance(0.01), [Action("words")])], [9, 1])


def test_a_sweep_compares_the_same_users(tmp_path):
    swept = sweep(RULES, {"streak.freezes.max_count": range(3), "points[xp].maximum": [None, 10]}, PEOPLE, users=200)
    assert [row.name for row in swept.rows[:3]] == [
        "max_count = 0, maximum = None",
        "max_count = 0, maximum = 10",
        "max_count = 1, maximum = None",
    ]
    assert len({row.tally.events for row in swept.rows}) == 1
    first, capped, frozen, *_ = swept.rows
    assert set(first.differences.values()) == {Estimate(0, 0, 0)}
    assert capped.differences["longest_streak"] == Estimate(0, 0, 0)
    assert capped.means["points:xp"].mean < first.means["points:xp"].mean
    longer = frozen.differences["longest_streak"]
    assert 0 < longer.low < longer.mean < longer.high
    spread = frozen.means["longest_streak"]
    assert (
        longer.high - longer.low < spread.high - spread.low
    )  # common random numbers make the differences more precise
    alone = simulate(evolve(RULES, streak=evolve(RULES.streak, freezes=Freezes(0, 1, 5, 1))), PEOPLE, users=200)
    assert frozen.tally == alone.tally
    write_figures(swept.figures(), tmp_path)
    with (tmp_path / "sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 * 5
    assert {row["rules"] for row in rows} == {row.name for row in swept.rows}


def test_workers_do_not_change_a_sweep():
    one, two = (
        sweep(RULES, {"streak.freezes.max_count": [0, 2]}, PEOPLE, users=300, days=60, workers=n) for n in (1, 2)
    )
    assert one == two


def test_an_estimate_is_a_mean_and_its_interval():
    numbers = [1, 2, 3, 4]
    estimate = Estimate.of(4, sum(numbers), sum(number * number for number in numbers))
    assert (estimate.mean, round(estimate.high - estimate.mean, 4)) == (2.5, 1.2652)  # 1.96 * 1.291 / 2
    assert Estimate.of(1, 5, 25) == Estimate(5, None, None)  # one user has no spread
