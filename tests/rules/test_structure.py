"""Structure: the classes in the fields of rules, and rules as tables without what is at its default."""

from trophy_engine import Achievement, Metric, MetricTrigger
from trophy_engine.rules.structure import write_rule


def test_a_table_has_the_type_first_and_no_field_at_its_default():
    table = write_rule(Achievement("ten", MetricTrigger("words", 10)))
    assert table == {"key": "ten", "trigger": {"type": "metric", "metric": "words", "value": 10}}
    assert list(table["trigger"]) == ["type", "metric", "value"]
    assert write_rule(Metric("words")) == {"key": "words"}
