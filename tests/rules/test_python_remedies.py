"""Remedies for arguments of constructors: what to write in Python in place of an invalid one."""

import pytest

from trophy_engine import (
    Achievement,
    Freezes,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Streak,
)


@pytest.mark.parametrize(
    ("make", "remedy"),
    [
        (lambda: PointsSystem("xp", [MetricPointsTrigger("km", 1)]), "; write triggers=[…]"),
        (lambda: Streak("s", Freezes()), "; write freezes=…"),
        (lambda: Achievement("a", MetricTrigger("km"), tiers=[("x", 5)]), "; write Tier('x', 5)"),
        (lambda: MetricTrigger("km", "100"), "not '100'; write it without quotes: 100"),
        (lambda: Achievement("a", MetricTrigger("km", 1), repeatable="true"), "; write True"),
    ],
)
def test_a_message_ends_in_what_to_write(make, remedy):
    with pytest.raises(InvalidValue) as raised:
        make()
    assert str(raised.value).endswith(remedy)


def test_a_value_that_no_field_takes_has_no_remedy():
    with pytest.raises(InvalidValue, match="key must consist of") as raised:
        Metric([MetricTrigger("km", 1)])
    assert "write" not in str(raised.value)
