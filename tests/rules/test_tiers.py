"""Tiers have a number each, from easy to hard, and are achievements of their own by the keys that name them."""

import pytest

from trophy_engine import Achievement, ApiTrigger, InvalidValue, MetricTrigger, Ruleset, StreakTrigger, Tier
from trophy_engine.rules.tiers import number_fields_of_trigger, tier_key, tier_names

TIERS = [{"key": "bronze", "value": 10}, {"key": "gold", "value": 100, "name": "Gold"}]


def test_tiers_can_be_given_as_in_a_file():
    rule = Achievement("words", MetricTrigger("words"), tiers=TIERS)
    assert rule.tiers == (Tier("bronze", 10), Tier("gold", 100, name="Gold"))
    assert list(tier_names(rule)) == [(0, "words-bronze"), (1, "words-gold")]


def test_parts_are_achievements_of_their_own():
    rule = Achievement("words", MetricTrigger("words"), "Words", hidden=True, tiers=TIERS, metadata={"a": 1})
    bronze, gold = rule.parts
    assert (bronze.key, bronze.name, bronze.trigger, bronze.tiers) == (
        tier_key("words", "bronze"),
        "Words: bronze",
        MetricTrigger("words", 10),
        (),
    )
    assert (gold.name, gold.hidden, gold.metadata) == ("Gold", True, {"a": 1})
    plain = Achievement("a", ApiTrigger())
    assert plain.parts == (plain,)
    assert Ruleset(achievements=[plain]).achievement_parts == (plain,)


def test_the_number_of_a_trigger_has_a_name():
    assert number_fields_of_trigger(MetricTrigger) == ("value", "at_most")
    assert number_fields_of_trigger(StreakTrigger) == ("length",)


@pytest.mark.parametrize(
    ("tiers", "field", "fact"),
    [
        ([{"key": "a"}], "tiers[0].value", "must be given if at_most is not"),
        ([{"key": "a", "value": 1, "at_most": 2}], "tiers[0].value", "must not be given together with at_most"),
        ([{"key": "a", "valu": 1}], "tiers[0]", "has an unknown field 'valu'; did you mean 'value'"),
        ([{"value": 1}], "tiers[0]", "lacks the field 'key'"),
        ([{"key": "a", "value": 0}], "tiers[0].value", "must be above 0, not 0"),
        ([{"key": "a", "value": 2}, {"key": "b", "value": 1}], "tiers[1].value", "1 must be above 2"),
        ([{"key": "a", "value": 2}, {"key": "a", "value": 3}], "tiers[1].key", "'a' is the key of an earlier tier"),
        ("bronze", "tiers", "must be a list"),
        ([7], "tiers", "must be a Tier"),
    ],
)
def test_invalid_tiers_are_refused(tiers, field, fact):
    with pytest.raises(InvalidValue) as caught:
        Achievement("words", MetricTrigger("words"), tiers=tiers)
    assert (caught.value.field, caught.value.fact[: len(fact)]) == (field, fact)
