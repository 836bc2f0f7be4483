"""Why an achievement is completed or not."""

import attrs
import pytest
from explained import assert_explanation
from stories import at

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    CompositeTrigger,
    Engine,
    Metric,
    MetricTrigger,
    Ruleset,
)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            "hundred",
            """
            ann has 'hundred': it was completed on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
              words went from 40 to 115, reaching the threshold of 100
            """,
        ),
        (
            "three",
            """
            ann has 'three': it was completed on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
              the streak went from 2 to 3, reaching the threshold of 3
            """,
        ),
        (
            "ios",
            """
            ann does not have 'ios' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              words with device = 'ios': 25 of 30, 5 missing; events with other attributes add up to 94
            """,
        ),
        (
            "pro",
            """
            ann does not have 'pro' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              words: 119, at or above the threshold of 20
              it requires plan = 'pro'; the value of this user is 'free'
            """,
        ),
        (
            "both",
            """
            ann does not have 'both' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              1 of 2 prerequisites completed; missing: onboarded
            """,
        ),
        (
            "onboarded",
            """
            ann does not have 'onboarded' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              the application has not completed it
            """,
        ),
        (
            "veteran",
            """
            ann does not have 'veteran' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              years since the sign-up: 0 of 2, 2 missing
            """,
        ),
    ],
)
def test_an_achievement_is_explained_whether_completed_or_not(story, key, expected):
    assert_explanation(story.explain("ann", achievement=key), expected)


def test_an_achievement_is_explained_as_of_any_instant(story):
    then = story.explain("ann", achievement="hundred", at=at("04-05T09:59"))
    assert (then.is_completed, then.progress.after, then.progress.missing) == (False, 40, 60)
    now = story.explain("ann", achievement="hundred", at=at("04-05T10:00"))
    assert (now.is_completed, now.achieved_at) == (True, at("04-05T10:00"))


def test_an_achievement_unlocked_by_attributes_and_a_composite_are_explained(story):
    story.identify("ann", attributes={"plan": "pro"}, at=at("04-06T12:00"))
    story.record("words", user="ann", at=at("04-06T12:01"))
    story.complete("onboarded", user="ann", at=at("04-06T12:02"))
    assert story.explain("ann", achievement="pro").text.endswith("  words: 120, at or above the threshold of 20")
    both = story.explain("ann", achievement="both")
    assert both.text.endswith("  its prerequisites are completed: hundred and onboarded")
    assert [one.achieved_at for one in both.prerequisites] == [at("04-05T10:00"), at("04-06T12:02")]
    assert story.explain("ann", achievement="onboarded").text.endswith("the application completed it")


def test_an_achievement_is_explained_by_the_rules_at_its_completion():
    first = Achievement("a", MetricTrigger("words", 1))
    rules = Ruleset(metrics=[Metric("words")], attributes=[Attribute("device", "event")], achievements=[first])
    engine = Engine(rules)
    engine.record("words", user="ann", value=3, at=at("04-01T10:00"))
    on_ios = Achievement("a", MetricTrigger("words", 5, {"device": "ios"}))
    engine.update(attrs.evolve(rules, achievements=[on_ios]), at=at("04-02T10:00"))
    explained = engine.explain("ann", achievement="a", at=at("04-03T10:00"))
    assert (explained.progress.counter, explained.progress.target, explained.is_backdated) == ("words", 1, False)


def test_a_backdated_achievement_is_explained_by_its_counter():
    engine = Engine(Ruleset(metrics=[Metric("words")]))
    engine.record("words", user="ann", value=3, at=at("04-01T10:00"))
    metrics = [Metric("views"), Metric("lessons"), Metric("words")]
    due = Ruleset(metrics=metrics, achievements=[Achievement("a", MetricTrigger("words", 1))])
    engine.update(due, at=at("04-02T10:00"))
    explained = engine.explain("ann", achievement="a", at=at("04-03T10:00"))
    assert explained.is_backdated
    assert explained.progress.text == "words: 3, at or above the threshold of 1"


@pytest.mark.parametrize("status", ["locked", "inactive"])
@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        (MetricTrigger("words", 5), "words: 9, at or above the threshold of 5"),
        (ApiTrigger(), "the application has not completed it"),
        (CompositeTrigger(["call", "tour"]), "1 of 2 prerequisites completed; missing: tour"),
    ],
)
def test_an_achievement_that_is_not_active_says_so(status, trigger, reason):
    calls = [Achievement("call", ApiTrigger()), Achievement("tour", ApiTrigger())]
    engine = Engine(
        Ruleset(metrics=[Metric("words")], achievements=[*calls, Achievement("old", trigger, status=status)])
    )
    engine.record("words", user="ann", value=9, at=at("04-05T10:00"))
    engine.complete("call", user="ann", at=at("04-05T10:00"))
    explained = engine.explain("ann", achievement="old", at=at("04-05T10:00"))
    assert explained.text.splitlines()[1:] == [f"  {reason}", f"  it is {status}, so it cannot be completed"]


def test_an_achievement_that_was_locked_later_is_held_as_before():
    rules = Ruleset(metrics=[Metric("words")], achievements=[Achievement("call", ApiTrigger())])
    both = attrs.evolve(rules, achievements=[*rules.achievements, Achievement("both", CompositeTrigger(["call"]))])
    engine = Engine(both)
    engine.complete("call", user="ann", at=at("04-05T10:00"))
    locked = attrs.evolve(both.achievements[1], status="locked")
    engine.update(attrs.evolve(both, achievements=[both.achievements[0], locked]), at=at("04-05T11:00"))
    explained = engine.explain("ann", achievement="both", at=at("04-05T12:00"))
    assert explained.text.splitlines()[1:] == ["  its prerequisites are completed: call"]
