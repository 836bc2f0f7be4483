"""Settings of the streak: a request changes what it has, and keeps what the API does not show."""

from decimal import Decimal

import attrs
import pytest

from trophy_engine import Attribute, InvalidValue, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.streak_settings import serialize_streak_settings, update_streak_settings

EASY = StreakMetric("km", 5, event_attributes={"kind": "easy"})
FAST = StreakMetric("km", Decimal("2.5"), event_attributes={"kind": ["intervals", "race"]})
RULES = Ruleset(
    metrics=[Metric("km"), Metric("hours")],
    attributes=[Attribute("kind", type="event")],
    streaks=[Streak("runs", metrics=[EASY, FAST, StreakMetric("hours")])],
)


def conditions(metrics):
    return update_streak_settings(RULES, {"metrics": metrics}).primary_streak.metrics


def test_shown_conditions_keep_their_filters_and_thresholds():
    shown = serialize_streak_settings(RULES)["metrics"]
    assert shown == [{"key": "km", "threshold": 5}, {"key": "km", "threshold": 3}, {"key": "hours", "threshold": 1}]
    assert update_streak_settings(RULES, {"metrics": shown}) == RULES


def test_conditions_on_one_metric_are_first_those_that_are_shown_so():
    assert conditions([{"key": "km", "threshold": 3}]) == (FAST,)
    assert conditions([{"key": "km", "threshold": 3}, {"key": "km", "threshold": 5}]) == (FAST, EASY)
    assert conditions([{"key": "km", "threshold": 9}, {"key": "km", "threshold": 5}]) == (
        attrs.evolve(FAST, threshold=9),
        EASY,
    )


def test_other_conditions_on_one_metric_are_those_of_the_rules_in_order():
    assert conditions([{"key": "km", "threshold": 4}]) == (attrs.evolve(EASY, threshold=4),)
    assert conditions([{"key": "km", "threshold": 0}, {"key": "km", "threshold": 3}]) == (FAST,)
    assert conditions([{"key": "hours", "threshold": 2}]) == (StreakMetric("hours", 2),)


@pytest.mark.parametrize(("key", "most"), [("km", 2), ("hours", 1)])
def test_a_request_has_no_more_conditions_on_a_metric_than_the_rules(key, most):
    assert len(conditions([{"key": key, "threshold": 1}] * most)) == most
    with pytest.raises(InvalidValue, match=f"must not contain '{key}' twice"):
        conditions([{"key": key, "threshold": 1}] * (most + 1))


def test_a_deleted_attribute_takes_the_conditions_that_filter_by_it():
    remaining = delete_cascade(RULES, attributes=frozenset({("event", "kind")}))
    assert remaining.primary_streak.metrics == (StreakMetric("hours"),)
