"""Drawn metrics have every aggregate, every window, and every filter."""

from typing import get_args

import pytest
from drawn import ANY
from hypothesis import find, given

from trophy_engine import Attribute, Ruleset
from trophy_engine.rules.metrics import Aggregate
from trophy_engine.rules.windows import WindowTable
from trophy_engine.testing.metrics import PLAIN_METRICS, metrics_strategy


def drawn(condition):
    return find(metrics_strategy(), lambda metrics: any(map(condition, metrics)), settings=ANY)


@pytest.mark.parametrize("aggregate", get_args(Aggregate))
def test_every_aggregate_is_drawn_for_recorded_and_derived_metrics(aggregate):
    assert drawn(lambda metric: metric.aggregate == aggregate and metric.source is None)
    assert drawn(lambda metric: metric.aggregate == aggregate and metric.source is not None)


@pytest.mark.parametrize("window", ["day", "week", "month", "year", *get_args(WindowTable)])
def test_every_window_is_drawn(window):
    assert drawn(lambda metric: metric.window == window or type(metric.window) is window)


def test_every_filter_is_drawn():
    assert drawn(lambda metric: metric.event_attributes and metric.event_value)


@given(metrics_strategy())
def test_the_metrics_make_valid_rules_that_record_sums(metrics):
    Ruleset(metrics, [Attribute("device", "event")])
    assert set(PLAIN_METRICS) <= set(metrics)
