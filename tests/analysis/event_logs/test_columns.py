"""Columns are checked when they are declared, and found in a header by name, each once."""

import copy

import pytest

from trophy_engine import InvalidValue
from trophy_engine.analysis import Columns


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"user": ""}, "user must not be blank"),
        ({"time_zone": "=Mars"}, "unknown time zone 'Mars'"),
        ({"at_unit": "minutes"}, "at_unit must be one of 's', 'ms', 'us', 'ns', 'excel', not 'minutes'"),
        ({"at_format": "%H:%M"}, "at_format must have a year, month and day"),
        ({"at_format": "%Q"}, "at_format must"),
        ({"at_format": "%d.%m.%Y", "at_unit": "s"}, "at_unit is for numbers and at_format for texts"),
        ({"metric_map": {"read": "two words"}}, "each metric of metric_map must consist of ASCII letters"),
        ({"metric_map": 3}, "metric_map must map names of events to metrics, not 3"),
        ({"value_map": {"yes": "one"}}, "each number of value_map must be a number, not 'one'"),
        ({"value_map": ["yes"]}, "value_map must map texts to numbers"),
        ({"default_value": "one"}, "default_value must be a number, not 'one'"),
        ({"default_value": 1}, "default_value must be a string, not 1"),
        ({"decimal": ";"}, "decimal must be one of '.', ',', not ';'"),
        ({"where": {"plan": 3}}, "where must map columns to texts"),
        ({"where": {"plan": []}}, "where must map columns to texts"),
        ({"where": {"plan": [3]}}, "each text of where must be a string, not 3"),
        ({"where": ["plan"]}, "where must map columns to texts"),
        ({"values": {"a": "A"}, "value": "n"}, "values has the metrics of all columns; remove value"),
        ({"values": {"a": "A"}, "metric_map": {"x": "a"}}, "values has the metrics of all columns; remove metric_map"),
    ],
)
def test_invalid_columns_are_refused(arguments, message):
    with pytest.raises(InvalidValue) as error:
        Columns(**arguments)
    assert message in str(error.value)


def test_columns_are_values():
    columns = Columns(values={"a": "A"}, where={"plan": "free"}, value_map={"yes": "1"}, key="id")
    assert columns == Columns(values={"a": "A"}, where={"plan": ["free"]}, value_map={"yes": "1"}, key="id")
    assert len({columns, copy.deepcopy(columns)}) == 1
    assert columns.required_columns() == ("user_id", "at", "A", "id", "plan")


def test_a_column_that_stands_twice_is_refused_by_name():
    columns = Columns("who", "when", "=words", "Distance")
    header = ["who", "when", "Distance", "Time", "Distance", "Time"]
    with pytest.raises(InvalidValue) as error:
        columns.places("log.csv", header, numbered=True)
    assert str(error.value) == (
        "log.csv has 2 columns 'Distance'; name one of them, Distance#1 to Distance#2, with --value-column, "
        "in Python with Columns(value=…)"
    )
    with pytest.raises(InvalidValue, match=r"log.parquet has 2 columns 'Distance'; rename all but one"):
        columns.check("log.parquet", header)
    for name, place in (("Distance#1", 2), ("Distance#2", 4), ("Time#2", 5)):
        places = Columns("who", "when", "=words", name).places("log.csv", header, numbered=True)
        assert places == {"who": 0, "when": 1, name: place}
    for name in ("Distance#3", "who#2", "#1"):
        with pytest.raises(InvalidValue, match=f"has no column '{name}'"):
            Columns("who", "when", "=words", name).places("log.csv", header, numbered=True)
    exact = Columns("who", "when", "=words", "Distance#2").places("x", [*header, "Distance#2"], numbered=True)
    assert exact["Distance#2"] == 6
