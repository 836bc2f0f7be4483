"""Aggregates: their table, and the values that copies share."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.core.aggregation.aggregates import AGGREGATES, DistinctValues
from trophy_engine.core.aggregation.running import RUNNING
from trophy_engine.rules.metrics import Aggregate


def test_every_aggregate_of_the_rules_is_in_the_tables():
    assert list(AGGREGATES) == list(RUNNING) == list(get_args(Aggregate))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("abcd")), max_size=40))
def test_copies_of_values_are_independent(steps):
    values, models = [DistinctValues() for _ in range(3)], [[] for _ in range(3)]
    for one, other, value in steps:
        if one == other:
            values[one].add(value)
            models[one] += [value] if value not in models[one] else []
        else:
            values[one], models[one] = values[other].copy(), list(models[other])
        for found, model in zip(values, models, strict=True):
            assert list(found) == model
            assert len(found) == len(model)
            assert [value in found for value in "abcd"] == [value in model for value in "abcd"]


def test_a_day_that_is_shown_again_is_counted_once():
    days, held = AGGREGATES["days"], None
    for day in (10, 11, 10, 12, 11, 10, 13):
        held = days.add(held, day)
    assert days.total(held) == 4
    assert days.load(days.dump(held)) == held == (4, 11, 12, 13)
