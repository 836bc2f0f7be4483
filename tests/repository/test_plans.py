"""A plan is the same whether it is compiled from rules or from the text that was written of them."""

import gc
from enum import Enum

import attrs
import pytest
from hypothesis import given

from tests.support.datetimes import utc
from trophy_engine import (
    Achievement,
    ApiTrigger,
    Engine,
    InvalidRules,
    Metric,
    MetricTrigger,
    Ruleset,
    Tier,
)
from trophy_engine.repository.plans import encode_rules_for_log, plan_of_logged_rules
from trophy_engine.testing import rulesets


@given(rulesets())
def test_rules_that_are_written_and_read_again_are_equal_to_their_representation(ruleset):
    text = ruleset.to_text("json")
    read = Ruleset.from_text(text, "json")
    assert read == ruleset
    assert str(read) == str(ruleset)
    assert read.to_text("json") == text


def test_a_plan_is_compiled_from_the_ruleset_that_was_written():
    ruleset = Ruleset(metrics=[Metric("written")])
    assert plan_of_logged_rules(encode_rules_for_log(ruleset)).ruleset is ruleset


def test_a_ruleset_that_nobody_uses_any_more_is_read_from_its_text():
    text = encode_rules_for_log(Ruleset(metrics=[Metric("dropped")]))
    gc.collect()
    assert plan_of_logged_rules(text).ruleset == Ruleset(metrics=[Metric("dropped")])


class Name(str, Enum):  # noqa: UP042  # as applications write it
    """Keys as an application may declare them; in an f-string they have other text than as a string."""

    WORDS = "words"
    WRITER = "writer"
    GOLD = "gold"


@attrs.frozen
class Badge(Achievement):
    """An achievement with a field that rules files do not have."""

    colour: str = attrs.field(default="red", kw_only=True)


class OwnTrigger(MetricTrigger):
    """A trigger whose type is not in its class."""


def test_keys_that_are_an_enum_of_strings_are_as_in_the_log():
    trigger = MetricTrigger(Name.WORDS)
    engine = Engine(
        Ruleset(
            metrics=[Metric(Name.WORDS)], achievements=[Achievement(Name.WRITER, trigger, tiers=[Tier(Name.GOLD, 5)])]
        )
    )
    outcome = engine.record(Name.WORDS, user="ada", value=5, at=utc("2026-01-05T12:00"))
    keys = [achievement.key for achievement in engine.user("ada").achievements]
    assert [type(key) for key in keys] == [str]
    assert type(outcome.effects[1].metric) is str


@pytest.mark.parametrize(
    "achievement", [Badge("writer", ApiTrigger(), colour="blue"), Achievement("writer", OwnTrigger("words", 5))]
)
def test_rules_that_cannot_be_read_again_are_not_written(achievement):
    with pytest.raises(InvalidRules):
        Engine(Ruleset(metrics=[Metric("words")], achievements=[achievement]))


def test_rules_longer_than_rules_can_be_are_not_written():
    achievement = Achievement("writer", ApiTrigger(), metadata={"text": "x" * 16_000_000})
    with pytest.raises(InvalidRules, match="16,000,000"):
        Engine(Ruleset(achievements=[achievement]))
