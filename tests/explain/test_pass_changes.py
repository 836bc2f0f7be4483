"""How many steps of its trigger an award pays for, however many there are, and whatever bounds cut."""

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    Attribute,
    Boost,
    Engine,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)

NOON = at("04-02T12:00")


def explained_award(trigger, value, threshold=1, **system):
    """Return the one award of an event, explained with the event and in the ledger."""
    engine = Engine(
        Ruleset(
            [Metric("words")],
            [Attribute("device", "event")],
            achievements=[Achievement("one", MetricTrigger("words", threshold), repeatable=True)],
            points=[PointsSystem("xp", triggers=[trigger], **system)],
        )
    )
    outcome = engine.record("words", value=value, user="jo", attributes={"device": "ios"}, at=NOON)
    [award] = [one.award for one in outcome.explain().consequences if one.award is not None]
    [entry] = engine.explain("jo", points="xp", at=NOON).awards
    return award, entry


@pytest.mark.parametrize(
    "system",
    [{}, {"maximum": 12}, {"boosts": [Boost("double", 2)]}, {"boosts": [Boost("half", 0.5)], "maximum": 12}],
)
def test_an_award_for_completions_pays_for_each_of_them(system):
    award, entry = explained_award(AchievementPointsTrigger("one", 5), 10, **system)
    assert (award.times, award.awarded) == (10, entry.awarded)
    assert award == entry


def test_completions_without_number_are_explained_at_once():
    award, entry = explained_award(AchievementPointsTrigger("one", 5), 1, 1e-30, boosts=[Boost("double", 2)])
    assert (award.times, entry.times) == (10**30, 10**30)


@pytest.mark.parametrize("value", [7, 10**28])
def test_steps_of_a_filtered_total_are_the_least_that_explain_the_award(value):
    trigger = MetricPointsTrigger("words", 3, event_attributes={"device": "ios"})
    award, entry = explained_award(trigger, value, boosts=[Boost("half", 0.5)])
    assert award.awarded == entry.awarded == 3 * value // 2
    assert (award.times, entry.times) == (value, value)
