"""Other names of fields: a field under a common other name is one mistake, and is read as the field it means."""

import json
import tomllib

import attrs
import pytest

from trophy_engine import Boost, Leaderboard, Metric, MetricPointsTrigger, Ruleset, StreakMetric
from trophy_engine.rules.diagnostics import exclude_warnings
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.gates import StreakLength
from trophy_engine.rules.notation import TOML
from trophy_engine.rules.other_names import _BY_NAME, meant_rule_field
from trophy_engine.rules.reading import RulesReader
from trophy_engine.rules.streak import Freezes, Streak
from trophy_engine.rules.structure import rule_classes_of
from trophy_engine.rules.windows import RollingWindow, RunWindow

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
    reader = RulesReader(TOML)
    freezes = reader.read_rule((Freezes,), {"max": 2}, "freezes")
    assert freezes.max_count == 2


def test_another_name_means_no_field_that_is_given():
    assert meant_rule_field("max", [Freezes], ["max", "max_count"]) is None


def test_a_number_means_no_reference():
    assert meant_rule_field("metric", [Streak], ["metric"]) == "metrics"
    assert meant_rule_field("nope", [Streak], ["nope"], 3) is None


@pytest.mark.parametrize("format_", ["toml", "json"])
@pytest.mark.parametrize(
    ("rules", "names"),
    [
        (
            f'{POINTS}triggers = [{{ type = "metric", metric = "km", amount = 1, per = 5 }}]',
            {"amount": "points", "per": "threshold"},
        ),
        (
            f'{POINTS}triggers = [{{ {TRIGGER}, limit = {{ points = 5, period = "day" }} }}]',
            {"period": "window"},
        ),
        (
            f'{POINTS}triggers = [{{ {TRIGGER} }}]\nboosts = [{{ title = "b", factor = 2 }}]',
            {"title": "name", "factor": "multiplier"},
        ),
        (
            f"{POINTS}triggers = [{{ {TRIGGER}, when = {{ from = 2025-01-01, until = 2025-02-01 }} }}]",
            {"from": "start", "until": "end"},
        ),
        (
            f'{POINTS}triggers = [{{ {TRIGGER} }}]\nlevels = [{{ key = "l", points = 5 }}]\n'
            '[[achievements]]\nkey = "a"\ntrigger = { type = "level", points = "xp", name = "l" }',
            {"points": "system", "name": "level"},
        ),
    ],
)
def test_names_of_other_platforms_are_one_mistake_in_both_formats(rules, names, format_):
    expected = [f"unknown field {name!r}; did you mean {meant!r}?" for name, meant in names.items()]
    text = rules if format_ == "toml" else json.dumps(tomllib.loads(rules), default=str)
    assert [problem.message for problem in check_text(text, format_)] == expected


@pytest.mark.parametrize(
    ("cls", "name", "given", "value", "field"),
    [
        (MetricPointsTrigger, "value", (), 5, "points"),
        (MetricPointsTrigger, "value", ("points",), 5, "threshold"),
        (StreakLength, "count", (), 5, "at_least"),
        (Boost, "value", (), 5, "multiplier"),
        (Leaderboard, "amount", (), 5, None),
        (Leaderboard, "system", (), "xp", "points"),
        (Leaderboard, "kind", (), "points", "rank_by"),
        (Leaderboard, "limit", (), 5, "max_participants"),
        (Leaderboard, "start_date", (), "2025-01-01", "start"),
        (Metric, "frequency", (), "daily", "window"),
        (StreakMetric, "name", (), "km", "key"),
        (StreakMetric, "treshold", (), 5, "threshold"),
    ],
)
def test_a_name_means_the_likeliest_field_of_its_class(cls, name, given, value, field):
    assert meant_rule_field(name, [cls], {name, *given}, value) == field


def test_of_several_classes_the_likeliest_field_of_all_is_meant():
    assert meant_rule_field("days", [RunWindow, RollingWindow], {"days"}) == "last"


def test_every_field_of_the_table_exists():
    pending, known = [Ruleset], {"type"}
    for cls in pending:
        names = [field.name for field in attrs.fields(cls)]
        known.update(names, (f"{cls.__name__}.{name}" for name in names))
        pending += [one for classes, _ in rule_classes_of(cls).values() for one in classes if one not in pending]
    assert [field for fields in _BY_NAME.values() for field in fields if field not in known] == []


def test_an_example_of_a_field_with_another_name_has_the_right_name():
    text = 'points = [{ key = "xp", triggers = [{ type = "user_creation", points = 5, maximum = 10 }] }]'
    name, value = exclude_warnings(check_text(text, "toml"))
    assert "unknown field 'maximum'; did you mean 'limit'?" in name.message
    assert value.message == "must be a table of fields, not 10; write for example limit = { points = 10 }"
