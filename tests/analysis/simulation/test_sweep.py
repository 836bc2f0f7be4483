"""A sweep compares the same users under different rules."""

import csv
import re
import tracemalloc

import pytest
from attrs import evolve

from trophy_engine import (
    Achievement,
    Freezes,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.simulation.behavior import Chance
from trophy_engine.analysis.simulation.persona import Action, Persona
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import simulate
from trophy_engine.analysis.simulation.sweep import Estimate, _label_varied_paths, sweep
from trophy_engine.analysis.statistics.figures import write_figures
from trophy_engine.errors import InvalidRules, InvalidValue

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(0, 2, 5, 1))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])],
)
PEOPLE = Population([Persona(Chance(0.7), [Action("words", (1, 2))]), Persona(Chance(0.01), [Action("words")])], [9, 1])


@pytest.mark.thorough
def test_a_sweep_compares_the_same_users(tmp_path):
    swept = sweep(
        RULES, {"streaks.habit.freezes.max_count": range(3), "points[xp].maximum": [None, 10]}, PEOPLE, users=200
    )
    assert [row.name for row in swept.rows[:3]] == [
        "max_count = 0, points[xp].maximum = unset",
        "max_count = 0, points[xp].maximum = 10",
        "max_count = 1, points[xp].maximum = unset",
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
    alone = simulate(
        evolve(RULES, streaks=[evolve(RULES.primary_streak, freezes=Freezes(0, 1, 5, 1))]), PEOPLE, users=200
    )
    assert frozen.tally == alone.tally
    write_figures(swept.figures(), tmp_path)
    with (tmp_path / "sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 * 4  # these rules have no achievements
    assert {row["rules"] for row in rows} == {row.name for row in swept.rows}


def test_workers_do_not_change_a_sweep():
    one, two = (
        sweep(RULES, {"streaks.habit.freezes.max_count": [0, 2]}, PEOPLE, users=300, days=60, workers=n) for n in (1, 2)
    )
    assert one == two


def test_an_estimate_is_a_mean_and_its_interval():
    numbers = [1, 2, 3, 4]
    estimate = Estimate.of(4, sum(numbers), sum(number * number for number in numbers))
    assert (estimate.mean, round(estimate.high - estimate.mean, 4)) == (2.5, 1.2652)  # 1.96 * 1.291 / 2
    assert Estimate.of(1, 5, 25) == Estimate(5, None, None)  # one user has no spread


def test_rows_of_paths_with_the_same_last_part_can_be_told_apart():
    rules = evolve(RULES, points=[*RULES.points, PointsSystem("gems")])
    variations = {"points[xp].maximum": [5, 10], "points[gems].maximum": [5, 10]}
    swept = sweep(rules, variations, PEOPLE, users=3, days=3)
    names = [row.name for row in swept.rows]
    assert names[1] == "points[xp].maximum = 5, points[gems].maximum = 10"
    assert len(set(names)) == 4
    for figure in swept.figures():
        assert len(set(figure.values("rules"))) == 4
    first = swept.figures()[0]
    assert first.columns[-2:] == ("points[xp].maximum", "points[gems].maximum")
    assert first.rows[-1][-2:] == ("10", "10")


def test_a_label_is_the_shortest_ending_that_no_other_path_has():
    labels = _label_varied_paths(["streak.freezes.max_count", "streak.max_count", "points[a.b].levels[x].points"])
    assert list(labels.values()) == ["freezes.max_count", "streak.max_count", "levels[x].points"]


def test_a_value_that_occurs_twice_is_refused():
    with pytest.raises(
        InvalidValue, match=r"variations of streaks.habit.freezes.max_count contain 1 more than once; list"
    ):
        sweep(RULES, {"streaks.habit.freezes.max_count": [0, 1, 1]}, PEOPLE, users=1, days=1)


def test_a_range_of_any_length_and_any_product_of_ranges_are_refused_before_they_take_memory():
    for variations in (
        {"streaks.habit.freezes.max_count": range(10**18)},
        {f"points[{number}].maximum": range(900) for number in range(10)},
    ):
        tracemalloc.start()
        with pytest.raises(InvalidValue, match="more than 1,000 combinations; try fewer at a time"):
            sweep(RULES, variations, PEOPLE)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        tracemalloc.stop()


def test_measures_of_things_that_no_variant_has_are_left_out():
    bare = Ruleset(metrics=[Metric("words")], achievements=[Achievement("one", MetricTrigger("words", 1))])
    swept = sweep(bare, {"metrics[words].name": ["a", "b"]}, PEOPLE, users=3, days=3)
    assert swept.measures == {"achievements": "completed achievements"}
    assert set(swept.figures()[0].values("measure")) == {"achievements"}
    assert set(swept.figures()[0].values("label")) == {"completed achievements"}
    weekly = evolve(RULES, streaks=[evolve(RULES.primary_streak, frequency="weekly", freezes=None)])
    swept = sweep(weekly, {"points[xp].maximum": [1, 2]}, PEOPLE, users=3, days=3)
    assert list(swept.measures.values()) == [
        "longest streak, in weeks",
        "share of users with a running streak",
        "points: xp",
    ]


@pytest.mark.parametrize("path", ["freezes.max_count", "max_count"])
def test_a_path_that_begins_within_a_table_is_answered_with_the_whole_path(path):
    rules = Ruleset([Metric("words")], streaks=[Streak("habit")])
    message = f"unknown field {path.split('.')[0]!r}; did you mean 'streaks.habit.freezes.max_count'"
    with pytest.raises(InvalidRules, match=re.escape(message)):
        sweep(rules, {path: [1, 2]}, users=1, days=1)


def test_every_streak_has_measures_and_figures():
    gym = Streak("gym", "weekly", [StreakMetric("words", 3)])
    rules = evolve(RULES, streaks=[*RULES.streaks, gym])
    swept = sweep(rules, {"streaks.gym.freezes": [None, {"start_count": 2}]}, PEOPLE, users=60, days=90)
    assert swept.measures == {
        "longest_streak": "longest habit streak, in days",
        "running_streak": "share of users with a running habit streak",
        "freezes_used": "freezes used: habit",
        "longest_streak:gym": "longest gym streak, in weeks",
        "running_streak:gym": "share of users with a running gym streak",
        "freezes_used:gym": "freezes used: gym",
        "points:xp": "points: xp",
    }
    assert set(swept.figures()[0].values("measure")) == swept.measures.keys()
    without, frozen = swept.rows
    for row in swept.rows:
        for key, ending in (("habit", ""), ("gym", ":gym")):
            counts = row.tally.streaks[key]
            longest = sum(length * users for length, users in counts.longest.items())
            assert row.means[f"longest_streak{ending}"].mean == longest / row.tally.users
            assert row.means[f"running_streak{ending}"].mean == counts.running.total() / row.tally.users
            assert row.means[f"freezes_used{ending}"].mean == row.tally.freezes[key].used / row.tally.users
    assert frozen.differences["longest_streak"] == Estimate(0, 0, 0)
    assert frozen.differences["longest_streak:gym"].mean > 0
    keys = {figure.key: set(figure.values("rules")) for figure in swept.figures()}
    names = {without.name, frozen.name}
    assert keys == {
        **dict.fromkeys(("sweep", "survival", "freezes", "survival-gym", "points"), names),
        "freezes-gym": {frozen.name},
    }


def test_a_streak_is_measured_by_its_key_where_it_is_the_primary_one_too():
    gym = Streak("gym", "weekly", [StreakMetric("words", 3)])
    both = [{"key": "habit", "metrics": [{"key": "words"}]}, {"key": "gym", "metrics": [{"key": "words"}]}]
    rules = evolve(RULES, streaks=[*RULES.streaks, gym])
    swept = sweep(rules, {"streaks": [both, both[::-1], both[:1]]}, PEOPLE, users=20, days=30)
    assert list(swept.measures)[:4] == [
        *("longest_streak", "running_streak", "longest_streak:gym", "running_streak:gym"),
    ]
    first, swapped, alone = swept.rows
    assert swapped.differences["longest_streak:gym"] == Estimate(0, 0, 0)
    assert "longest_streak:gym" not in alone.means
    survival = next(figure for figure in swept.figures() if figure.key == "survival-gym")
    assert set(survival.values("rules")) == {first.name, swapped.name}


def test_measures_of_systems_with_one_name_have_their_keys():
    systems = ([{"key": "xp", "name": "Points"}], [{"key": "gems", "name": "Points"}])
    measures = sweep(RULES, {"points": systems}, PEOPLE, users=2, days=2).measures
    assert (measures["points:xp"], measures["points:gems"]) == ("points: Points (xp)", "points: Points (gems)")
