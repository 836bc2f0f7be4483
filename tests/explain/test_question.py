"""Questions: exactly one subject, under the rules that were in force."""

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    Engine,
    InvalidValue,
    Metric,
    MetricTrigger,
    Ruleset,
    UnknownKey,
    UnknownUser,
)


def test_explanations_follow_the_rules_that_were_in_force(story):
    storage = story._repository.storage
    freer = Ruleset(metrics=[Metric("words")], achievements=[Achievement("ten", MetricTrigger("words", 10))])
    later = Engine(freer, storage=storage, clock=lambda: at("04-07T12:00"))
    later.record("words", user="ann", at=at("04-07T11:00"))
    assert later.explain("ann", achievement="ten").progress.after == 119
    assert later.explain("ann", achievement="hundred", at=at("04-05T12:00")).is_completed
    with pytest.raises(UnknownKey, match="unknown achievement 'hundred'"):
        later.explain("ann", achievement="hundred")
    with pytest.raises(UnknownKey, match="unknown rule 'streak'"):
        later.explain("ann", streak=True)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("streak", 5, "streak must be the key of a streak, or True for the primary one, not 5"),
        ("streak", 1, "streak must be the key of a streak, or True for the primary one, not 1"),
        ("streak", None, "streak must be the key of a streak, or True for the primary one, not None"),
        ("points", 5, "points must be the key of a points system, not 5"),
        ("achievement", True, "achievement must be the key of an achievement, not True"),
        ("achievement", ["pro"], "achievement must be the key of an achievement, not ['pro']"),
        ("achievement", "a\0", "achievement must be text that UTF-8 can write, without NUL, not 'a\\x00'"),
    ],
)
def test_a_subject_is_a_key(story, field, value, message):
    with pytest.raises(InvalidValue) as caught:
        story.explain("ann", **{field: value})
    assert (str(caught.value), caught.value.field) == (message, field)


def test_a_question_names_exactly_one_subject(story):
    for asked in ({}, {"achievement": "pro", "streak": True}, {"points": "xp", "achievement": "pro"}):
        with pytest.raises(InvalidValue, match="exactly one of"):
            story.explain("ann", **asked)
    with pytest.raises(UnknownKey, match="unknown points system 'gems'; known: 'xp'"):
        story.explain("ann", points="gems")
    with pytest.raises(UnknownUser):
        story.explain("ben", streak=True)
    with pytest.raises(UnknownUser):
        story.explain("ann", streak=True, at=at("04-01T07:00"))
