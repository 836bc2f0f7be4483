"""Shapes of tables: lists of rules are found by their names, misspelt ones too, and tables by their keys."""

import pytest

from trophy_engine import Metric, MetricTrigger, Ruleset, StreakTrigger
from trophy_engine.rules.table_shapes import find_list_of_rules, is_list_of_tables, table_shape_of, tables_by_key


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        ("metrics", "metrics"),
        ("streaks.metrics", "streaks.metrics"),
        ("points.triggers", "points.triggers"),
        ("metric", "metrics"),
        ("point.trigger", "points.triggers"),
        ("achievements.trigger", None),
        ("achievements.when", None),
        ("metrics.name.x", None),
        ("metrics.km", None),
        ("colors", None),
    ],
)
def test_a_list_of_rules_is_found_by_its_names(names, meant):
    found = find_list_of_rules(Ruleset, tuple(names.split(".")))
    assert found == (meant and tuple(meant.split(".")))


def test_the_type_is_a_name_that_is_known_but_no_field():
    shape = table_shape_of(StreakTrigger)
    assert (shape.known, list(shape.fields)) == (("length", "streak", "type"), ["length", "streak"])
    assert table_shape_of(Metric).required == ("key",)


@pytest.mark.parametrize(("value", "is_list"), [([{}], True), ([], False), ([{}, 1], False), ({}, False)])
def test_a_list_of_tables_has_at_least_one(value, is_list):
    assert is_list_of_tables(value) is is_list


@pytest.mark.parametrize(
    ("classes", "raw", "is_by_key"),
    [
        ([Metric], {"km": {"name": "Km"}, "words": {}}, True),
        ([Metric], {"km": {}, "words": 3}, False),
        ([Metric], {"km": {}, "window": {}}, False),
        ([Metric], {"km": {}, "nmae": {}}, False),
        ([Metric], {}, False),
        ([MetricTrigger], {"km": {}}, False),
        ([MetricTrigger, StreakTrigger], {"km": {}}, False),
    ],
)
def test_tables_by_key_have_no_name_of_a_field(classes, raw, is_by_key):
    assert (tables_by_key(tuple(classes), raw) is not None) is is_by_key
