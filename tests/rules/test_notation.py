"""Values, lists and tables are shown as TOML or JSON writes them."""

import json
import tomllib
from datetime import date
from decimal import Decimal

import pytest

from trophy_engine.rules.constraints import FLAG, KEY, Integer
from trophy_engine.rules.notation import JSON, TOML, quotes_remedy

VALUES = [True, 5, Decimal("1.5"), "words", 'two "quotes"', ["a", 1], {"key": "a"}, {"key": {"a b": [True]}}]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_read_back_equal(value):
    assert json.loads(JSON.show(value), parse_float=Decimal) == value
    assert tomllib.loads(f"value = {TOML.show(value)}", parse_float=Decimal) == {"value": value}


def test_a_date_is_a_text_in_json():
    assert (TOML.show(date(2025, 4, 2)), JSON.show(date(2025, 4, 2))) == ("2025-04-02", '"2025-04-02"')


def test_a_table_in_one_line_is_read_back_equal():
    fields = {"type": "metric", "points": 5}
    assert tomllib.loads(TOML.assign("points[0].trigger", TOML.inline_table(fields))) == {"trigger": fields}
    assert json.loads(f"{{{JSON.assign('points[0].trigger', JSON.inline_table(fields))}}}") == {"trigger": fields}


def test_a_list_remedy_names_the_header_of_toml():
    assert TOML.list_remedy("points[0].levels") == (
        "write [[points.levels]], with two brackets, or levels = [{ … }]: there may be several"
    )
    assert TOML.table_remedy("streaks.freezes").startswith("write [streaks.freezes], with one bracket")
    assert JSON.list_remedy("points").startswith("must be a list")


@pytest.mark.parametrize(
    ("constraint", "value", "remedy"),
    [
        (Integer(min=1), "5", "; write it without quotes: 5"),
        (Integer(min=1), "0", ""),
        (FLAG, "true", "; write it without quotes: true"),
        (KEY, 18, '; write it in quotes: "18"'),
        (KEY, Decimal("1.5"), ""),
        (KEY, ["words"], ""),
    ],
)
def test_quotes_that_make_a_value_valid_are_named(constraint, value, remedy):
    assert quotes_remedy(constraint, value) == remedy
