"""Other names of fields: a field under a common other name is one mistake, and is read as the field it means."""

import pytest

from trophy_engine.rules.draft import check_text
from trophy_engine.rules.notation import TOML
from trophy_engine.rules.other_names import meant_field
from trophy_engine.rules.reading import Reader
from trophy_engine.rules.streak import Freezes, Streak

KM = '[[metrics]]\nkey = "km"\n'
POINTS = f'{KM}[[points]]\nkey = "xp"\n'
TRIGGER = 'type = "metric", metric = "km", points = 1'
ACHIEVEMENT = f'{KM}[[streaks]]\nkey = "s"\nmetrics = [{{ key = "km" }}]\n[[achievements]]\nkey = "a"\n'
STREAK = f'{KM}[[streaks]]\nkey = "s"\n'


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        (f'{POINTS}triggers = [{{ {TRIGGER}, limit = {{ max = 5, window = "day" }} }}]', {"max": "points"}),
        (f'{POINTS}triggers = [{{ {TRIGGER} }}]\nlevels = [{{ key = "l", value = 5 }}]', {"value": "points"}),
        (
            f'{POINTS}triggers = [{{ {TRIGGER}, when = {{ level = {{ xp = "l" }} }} }}]\n'
            'levels = [{ key = "l", points = 5 }]',
            {"level": "levels"},
        ),
        (f'{STREAK}metrics = [{{ metric = "km" }}]', {"metric": "key"}),
        (f'{STREAK}metric = [{{ key = "km" }}]', {"metric": "metrics"}),
        (f'{STREAK}metrics = [{{ key = "km" }}]\nfreezes = {{ max = 2 }}', {"max": "max_count"}),
        (
            f'{ACHIEVEMENT}trigger = {{ type = "api" }}\n'
            '[[achievements]]\nkey = "b"\ntrigger = { type = "achievement", achievement = ["a"] }',
            {"achievement": "achievements"},
        ),
        (
            f'{KM}[[metrics]]\nkey = "far"\nsource = "km"\nevent_value = {{ min = 1, max = 3 }}',
            {"min": "at_least", "max": "at_most"},
        ),
        (
            f'{ACHIEVEMENT}trigger = {{ type = "streak" }}\ntiers = [{{ key = "t", length = 5 }}]',
            {"length": "value"},
        ),
        (
            f'{ACHIEVEMENT}trigger = {{ type = "metric", metric = "km" }}\ntiers = [{{ key = "t", threshold = 5 }}]',
            {"threshold": "value"},
        ),
        (
            f'{ACHIEVEMENT}trigger = {{ type = "metric", metric = "km", threshold = 5 }}',
            {"threshold": "value"},
        ),
        (f'{ACHIEVEMENT}trigger = {{ type = "streak", value = 5 }}', {"value": "length"}),
        (f'{ACHIEVEMENT}trigger = {{ type = "streak", days = 5 }}', {"days": "length"}),
        (f'{ACHIEVEMENT}trigger = {{ type = "anniversary", value = 5 }}', {"value": "years"}),
        (f'{ACHIEVEMENT}trigger = {{ kind = "api" }}', {"kind": "type"}),
    ],
)
def test_another_name_is_one_mistake(rules, names):
    expected = [f"unknown field {name!r}; did you mean {meant!r}?" for name, meant in names.items()]
    assert [problem.message for problem in check_text(rules, "toml")] == expected


def test_a_field_under_another_name_is_read():
    reader = Reader(TOML)
    freezes = reader.read_rule((Freezes,), {"max": 2}, "freezes")
    assert freezes.max_count == 2


def test_another_name_means_no_field_that_is_given():
    assert meant_field("max", [Freezes], ["max", "max_count"]) is None


def test_a_number_means_no_reference():
    assert meant_field("metric", [Streak], ["metric"]) == "metrics"
    assert meant_field("nope", [Streak], ["nope"], 3) is None
