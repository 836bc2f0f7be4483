"""A population has members and weights, and each of its users has an independent random stream."""

from datetime import date

import pytest

from trophy_engine import Achievement, Attribute, InvalidValue, Metric, MetricTrigger, Ruleset, Streak, StreakMetric
from trophy_engine.analysis.simulation.behavior import Chance
from trophy_engine.analysis.simulation.persona import Action, Persona
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import simulate
from trophy_engine.calendar.instants import DAY, EPOCH_DAY

START = date(2025, 1, 1)  # a Wednesday
FIRST = START.toordinal()


def test_each_user_has_an_independent_random_stream():
    persona = Persona(Chance(0.5), [Action("words", (1, 2, 3))], arrival=(0, 30))
    population = Population([persona, Persona(Chance(0.1), [Action("views")])], [3, 1])
    first = [population.events(7, number, START, 60) for number in range(50)]
    assert first == [population.events(7, number, START, 60) for number in range(50)]
    assert first != [population.events(8, number, START, 60) for number in range(50)]
    assert len({tuple(event.at for event in events) for events in first if events}) > 40
    for events in first:
        assert {event.user_id for event in events} <= {f"user-{first.index(events):08}"} or not events
        assert all(FIRST <= event.at // DAY + EPOCH_DAY <= FIRST + 61 for event in events)


ONE = Persona(Chance(1), [Action("words")])


@pytest.mark.parametrize(
    ("members", "weights", "message"),
    [
        ([], None, "a population must have members"),
        ([ONE], [1, 2], r"weights must be 1 number, one for each member, not \(1, 2\)$"),
        ([ONE], [0], r"weights must have a number above 0, not \(0,\)$"),
    ],
)
def test_a_population_requires_members_and_one_weight_for_each(members, weights, message):
    with pytest.raises(InvalidValue, match=message):
        Population(members, weights)


def test_a_population_for_rules_without_metrics_is_refused():
    with pytest.raises(InvalidValue, match="the rules declare no metric, so no event counts; add one to metrics"):
        Population.typical(Ruleset())


def test_a_typical_population_records_what_moves_derived_metrics():
    rules = Ruleset(
        metrics=[
            Metric("visits"),
            Metric(
                "long-visits", source="visits", event_value={"at_least": 10}, event_attributes={"by": ["car", "bus"]}
            ),
            Metric("places", source="visits", aggregate="distinct", distinct_by="place"),
            Metric("visiting-days", source="visits", aggregate="days"),
        ],
        attributes=[Attribute("by", "event"), Attribute("place", "event")],
        streaks=[
            Streak("habit", "weekly", metrics=[StreakMetric("long-visits", 10), StreakMetric("visiting-days", 3)])
        ],
    )
    events = [event for number in range(30) for event in Population.typical(rules).events(1, number, START, 60)]
    attributes = {pair for event in events for pair in event.attributes}
    assert {event.metric for event in events} == {"visits"}
    assert {event.value for event in events} == {1, 10, 20}
    assert {value for key, value in attributes if key == "by"} == {"bus", "car", "other"}
    assert {value for key, value in attributes if key == "place"} == {"other", *(f"place-{n}" for n in range(1, 6))}
    simulation = simulate(rules, users=20, days=60)
    assert not simulation.result.bad_rows
    assert any(player.metrics["places"] == 6 for player in simulation.result.players())


def test_a_typical_population_uses_the_metrics_of_the_rules():
    rules = Ruleset(
        metrics=[Metric("words"), Metric("views")],
        attributes=[Attribute("device", "event")],
        streaks=[Streak("habit", metrics=[StreakMetric("words", 10)])],
        achievements=[Achievement("ios", MetricTrigger("words", 5, {"device": "ios"}))],
    )
    events = [event for number in range(30) for event in Population.typical(rules).events(1, number, START, 60)]
    assert {event.metric for event in events} == {"words", "views"}
    assert {event.attributes[0] for event in events} == {("device", "ios"), ("device", "other")}
    assert {event.value for event in events if event.metric == "words"} == {1, 10, 20}
