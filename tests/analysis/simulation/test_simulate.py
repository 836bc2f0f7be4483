"""Simulations are reproducible and have bounds."""

import json
from datetime import date
from itertools import count

import pytest
from processes import answers

from trophy_engine import (
    Achievement,
    Freezes,
    InvalidRules,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.simulation.behavior import Chance
from trophy_engine.analysis.simulation.persona import Action, Persona
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import START, Scenario, simulate
from trophy_engine.analysis.simulation.sweep import Estimate, sweep
from trophy_engine.rules import bundled

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(0, 2, 5, 1))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])],
)
PEOPLE = Population([Persona(Chance(0.7), [Action("words", (1, 2))]), Persona(Chance(0.01), [Action("words")])], [9, 1])


def test_a_simulation_equals_a_replay_of_its_events():
    done = simulate(RULES, PEOPLE, users=40, days=90, seed=3)
    events = [event for number in range(40) for event in PEOPLE.events(3, number, START, 90)]
    replayed = replay(RULES, events, until=done.result.until, tally=True)
    assert done.tally == replayed.tally
    assert done.tally.users == len(replayed.states) < 40
    assert done.tally.streaks["habit"].ended.total() > 40
    freezes = done.tally.freezes["habit"]
    assert freezes.used > freezes.wasted > 0


@pytest.mark.thorough
def test_more_users_and_workers_do_not_change_existing_users():
    some, more = (simulate(RULES, PEOPLE, users=users, days=60, seed=3) for users in (300, 600))
    for user, state in some.result.states.items():
        assert state.dump(some.result.plan) == more.result.states[user].dump(more.result.plan)
    shared = simulate(RULES, PEOPLE, users=600, days=60, seed=3, workers=2)
    assert shared.tally == more.tally
    assert simulate(RULES, PEOPLE, users=300, days=60, seed=4).tally != some.tally


PROCESS = """
import json
from trophy_engine import Ruleset
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import simulate
from trophy_engine.rules import bundled
rules = Ruleset.load(bundled.rules_path("git"))
done = simulate(rules, Population.typical(rules), users=20, days=100, seed=7)
print(json.dumps([state.dump(done.result.plan) for state in done.result.states.values()]))
"""


def test_every_process_simulates_the_same():
    [answer] = answers(PROCESS)
    assert 15 < len(json.loads(answer)) <= 20


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: simulate(RULES, PEOPLE, users=0), InvalidValue, "users must be at least 1, not 0"),
        (lambda: simulate(RULES, PEOPLE, days=100_000), InvalidValue, "must lie in the years 1901 to 2198"),
        (
            lambda: simulate(Ruleset(metrics=[Metric("views")]), PEOPLE),
            InvalidValue,
            "the rules do not know an event of the population: unknown metric 'words'",
        ),
        (lambda: sweep(RULES, {}, PEOPLE), InvalidValue, "there is nothing to vary"),
        (
            lambda: sweep(Ruleset.load(bundled.rules_path("git")), {"streaks.daily.freezes.max_count": [2, 0]}, PEOPLE),
            InvalidRules,
            "streaks.daily.freezes.max_count = 0: .*max_count: 0 must be at least start_count 1",
        ),
        (lambda: sweep(RULES, {"points[gems].maximum": [1]}, PEOPLE), InvalidRules, "unknown item 'gems'; known: 'xp'"),
        (lambda: sweep(RULES, {"points[xp].maxmum": [1]}, PEOPLE), InvalidRules, "did you mean 'maximum'"),
        (
            lambda: sweep(RULES, {"a b": [1]}, PEOPLE),
            InvalidValue,
            "a path must have a form like 'streaks.daily.freezes.max_count'",
        ),
        (
            lambda: sweep(RULES, {"metrics[0].key.x": [1]}, PEOPLE),
            InvalidRules,
            "the part before the last is a value and has no fields",
        ),
    ],
)
def test_invalid_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_events_that_cost_too_many_points_are_skipped():
    guarded = MetricPointsTrigger("words", points=-1, block_if_out_of_points=True)
    rules = Ruleset(metrics=[Metric("words")], points=[PointsSystem("energy", triggers=[guarded])])
    assert simulate(rules, PEOPLE, users=5, days=5).tally.users == 0
    swept = sweep(rules, {"points[energy].maximum": [1, 2]}, PEOPLE, users=5, days=5)
    assert swept.rows[0].means["points:energy"] == Estimate(0, 0, 0)


def test_simulations_have_bounds():
    rules = Ruleset(metrics=[Metric("words")], achievements=[Achievement("a", MetricTrigger("words", 1))])
    population = Population.typical(rules)
    with pytest.raises(InvalidValue, match=r"users must be at most 10,000,000, not 10000001"):
        Scenario(population, users=10_000_001)
    with pytest.raises(InvalidValue, match="the values make more than 1,000 combinations; try fewer at a time"):
        sweep(rules, {"achievements[a].trigger.value": count(1)}, population)
    with pytest.raises(InvalidValue, match="more than 1,000 combinations"):
        sweep(rules, {"achievements[a].trigger.value": range(1, 100), "metrics[words].name": "a" * 11}, population)


def test_the_first_day_can_be_written_as_text():
    rules = Ruleset(metrics=[Metric("words")])
    by_text, by_date = (simulate(rules, users=3, days=5, start=start) for start in ("2025-04-02", date(2025, 4, 2)))
    assert by_text.scenario.start == date(2025, 4, 2)
    assert by_text.result.states.keys() == by_date.result.states.keys()
    with pytest.raises(InvalidValue, match="start must be a date that exists, not '2025-02-29'"):
        simulate(rules, users=3, days=5, start="2025-02-29")
