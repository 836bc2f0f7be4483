"""Structure: the classes in the fields of rules, and rules as tables without what is at its default."""

import pytest

from trophy_engine import Achievement, Metric, MetricTrigger, Ruleset
from trophy_engine.rules.structure import is_list_of_rules, write_rule


def test_a_table_has_the_type_first_and_no_field_at_its_default():
    table = write_rule(Achievement("ten", MetricTrigger("words", 10)))
    assert table == {"key": "ten", "trigger": {"type": "metric", "metric": "words", "value": 10}}
    assert list(table["trigger"]) == ["type", "metric", "value"]
    assert write_rule(Metric("words")) == {"key": "words"}


@pytest.mark.parametrize(
    ("names", "is_list"),
    [
        (("metrics",), True),
        (("streaks",), True),
        (("streaks", "metrics"), True),
        (("points", "triggers"), True),
        (("achievements", "trigger"), False),
        (("achievements", "when"), False),
        (("metric",), False),
        (("metrics", "name", "x"), False),
    ],
)
def test_a_list_of_rules_is_found_by_its_names(names, is_list):
    assert is_list_of_rules(Ruleset, names) is is_list
