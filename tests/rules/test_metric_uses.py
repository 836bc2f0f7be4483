"""What can count by a metric, and how far its total can go."""

import pytest

from trophy_engine import Metric
from trophy_engine.rules.metric_uses import (
    greatest_possible_total,
    least_possible_total,
    refuse_metric_for_at_most,
    refuse_metric_for_leaderboard,
    refuse_metric_for_points,
    refuse_metric_for_repeats,
    refuse_metric_for_streak,
)

ROLLING = {"last": 7, "unit": "day"}


@pytest.mark.parametrize(
    ("metric", "allowed"),
    [
        (Metric("m"), {"points", "repeats", "streak", "leaderboard"}),
        (Metric("m", window="day"), {"points", "repeats"}),
        (Metric("m", window=ROLLING), set()),
        (Metric("m", aggregate="min"), {"leaderboard", "at_most"}),
        (Metric("m", aggregate="last", window="day"), {"at_most"}),
        (Metric("m", aggregate="max"), {"points", "repeats", "streak", "leaderboard"}),
    ],
)
def test_each_use_has_its_metrics(metric, allowed):
    refusals = {
        "points": refuse_metric_for_points(metric),
        "repeats": refuse_metric_for_repeats(metric),
        "streak": refuse_metric_for_streak(metric),
        "leaderboard": refuse_metric_for_leaderboard(metric),
        "at_most": refuse_metric_for_at_most(metric),
    }
    assert {use for use, refusal in refusals.items() if refusal is None} == allowed
    assert all("; use a metric" in refusal for refusal in refusals.values() if refusal is not None)


def test_a_range_of_values_bounds_a_least_value():
    metric = Metric("m", source="laps", aggregate="min", event_value={"at_least": 10, "at_most": 200})
    assert (least_possible_total(metric), greatest_possible_total(metric)) == (10, 200)
    assert least_possible_total(Metric("m", aggregate="min")) is None
    assert greatest_possible_total(Metric("m", aggregate="days", window=ROLLING)) == 9
