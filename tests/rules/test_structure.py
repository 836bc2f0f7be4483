"""Structure: the classes in the fields of rules, and rules as tables without what is at its default."""

from datetime import UTC, date, datetime

import pytest

from trophy_engine import Achievement, Metric, MetricTrigger
from trophy_engine.rules.structure import as_plain_value, write_rule


class Day(date):
    pass


class Instant(datetime):
    pass


def test_a_table_has_the_type_first_and_no_field_at_its_default():
    table = write_rule(Achievement("ten", MetricTrigger("words", 10)))
    assert table == {"key": "ten", "trigger": {"type": "metric", "metric": "words", "value": 10}}
    assert list(table["trigger"]) == ["type", "metric", "value"]
    assert write_rule(Metric("words")) == {"key": "words"}


@pytest.mark.parametrize("value", [datetime(2025, 4, 2, 5, tzinfo=UTC), Instant(2025, 4, 2, 5, tzinfo=UTC)])
def test_an_instant_keeps_its_time(value):
    assert as_plain_value(value) is value


def test_a_date_of_a_subclass_becomes_a_date():
    assert type(as_plain_value(Day(2025, 4, 2))) is date
