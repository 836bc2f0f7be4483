"""A plan is the same whether it is compiled from rules or from the text that was written of them."""

import gc

from hypothesis import given

from trophy_engine import Metric, Ruleset
from trophy_engine.repository.plans import plan_of, write_rules
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
    assert plan_of(write_rules(ruleset)).ruleset is ruleset


def test_a_ruleset_that_nobody_uses_any_more_is_read_from_its_text():
    text = write_rules(Ruleset(metrics=[Metric("dropped")]))
    gc.collect()
    assert plan_of(text).ruleset == Ruleset(metrics=[Metric("dropped")])
