"""Rules files are read back equal, and their JSON Schema accepts valid files only."""

import json

import jsonschema
import pytest
from hypothesis import given

from trophy_engine import MetricPointsTrigger, Ruleset
from trophy_engine.rules import bundled, structure
from trophy_engine.rules.draft import check_file, check_text
from trophy_engine.rules.schema import json_schema
from trophy_engine.testing import rulesets

SCHEMA = json_schema()


def test_the_schema_is_a_valid_json_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["Freezes"]["properties"]["max_count"]["maximum"] == 100
    assert SCHEMA["$defs"]["Metric"]["properties"]["unit"]["description"].startswith(
        "the unit of its values, for example"
    )


@pytest.mark.thorough
@given(rulesets())
def test_the_schema_accepts_every_ruleset(rules):
    jsonschema.validate(json.loads(rules.to_text("json")), SCHEMA)


@pytest.mark.parametrize(
    "fault",
    [
        {"metrics": [{}]},
        {"metrics": [{"key": "a b"}]},
        {"metrics": [{"key": "a", "nam": "x"}]},
        {"streaks": [{"key": "daily", "frequency": "dayly"}]},
        {"points": [{"key": "a", "maximum": 10**18}]},
        {"streaks": [{"key": "daily", "metrics": [{"key": "a", "threshold": 0}]}]},
        {"achievements": [{"key": "a", "trigger": {"type": "metric", "metric": "a"}}]},
        {"achievements": [{"key": "a", "trigger": {"type": "api", "value": 1}}]},
        {"points": [{"key": "a", "triggers": [{"type": "user_creation", "points": 0}]}]},
        {"points": [{"key": "a", "boosts": [{"name": "b", "multiplier": 100, "when": {"start": "2025-01-01"}}]}]},
        {"unknown": 1},
    ],
)
def test_the_schema_refuses_rules_that_the_reader_refuses(fault, tmp_path):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(fault, SCHEMA)
    (tmp_path / "rules.json").write_text(json.dumps(fault))
    assert check_file(tmp_path / "rules.json")


def test_every_class_of_rule_is_in_the_schema():
    classes = set()

    def walk(cls):
        for kinds, _ in structure.rule_classes_of(cls).values():
            for kind in kinds:
                classes.add(kind.__name__)
                walk(kind)

    walk(Ruleset)
    assert classes == set(SCHEMA["$defs"])


def test_the_bundled_rules_are_valid():
    assert bundled.bundled_names() == ("git",)
    assert check_file(bundled.rules_path("git")) == []


def test_a_trigger_is_a_value():
    assert MetricPointsTrigger("a", 1, event_attributes={"x": "1", "y": "2"}) == MetricPointsTrigger(
        "a", 1, event_attributes={"y": "2", "x": "1"}
    )
    assert len({MetricPointsTrigger("a", 1), MetricPointsTrigger("a", 1)}) == 1


@pytest.mark.parametrize(
    ("text", "format_", "line", "column"),
    [
        ('[[metrics]]\nkey = "a\n', "toml", 2, 9),
        ('[[metrics]]\nkey = "a', "toml", 2, 9),
        ('[[metrics]]\nkey = \'a\nname = "b"\n', "toml", 2, 9),
        ("[[metrics]]\nkey = 'a\nname = 'b'\n", "toml", 2, 9),
        ('[[metrics]]\nkey = """a\n', "toml", 3, 1),
        ('{"metrics": "a\n}', "json", 1, 15),
        ('{"metrics": "a', "json", 1, 13),
    ],
)
def test_a_text_that_is_not_closed_is_answered_with_the_quote(text, format_, line, column):
    [problem] = check_text(text, format_)
    assert problem.message == (
        f"the rules are not valid {format_.upper()}: the text is not closed; write a quote at its end"
    )
    assert (problem.line, problem.column) == (line, column)


def test_a_date_of_toml_that_does_not_exist_is_named():
    [problem] = check_text("[[leaderboards]]\nstart = 2025-02-29 # a leap year?\n", "toml")
    assert problem.message == "the rules are not valid TOML: the date or time 2025-02-29 does not exist"


@pytest.mark.parametrize(
    ("line", "column", "remedy"),
    [
        ("value = 1,5", 9, "1.5, with a decimal point"),
        ("value = -1,50  # half", 9, "-1.50, with a decimal point"),
        ("trigger = { value = 1,5 }", 21, "1.5, with a decimal point"),
        ("trigger = { value = 1,5, key = 'a' }", 21, "1.5, with a decimal point"),
        ("value = 1,000", 9, "1000, or 1.000 with a decimal point"),
    ],
)
def test_a_comma_in_a_number_is_pointed_at(line, column, remedy):
    [problem] = check_text(f"first = 1\n{line}\n")
    assert problem.message == f"the rules are not valid TOML: a number has no comma; write {remedy}"
    assert (problem.line, problem.column) == (2, column)


@pytest.mark.parametrize(
    ("text", "place", "fact"),
    [
        ("a = { b = 1, }", (1, 14), "invalid initial character for a key part; remove the comma before the brace"),
        ("a = {\n b = 1 }", (1, 6), "invalid initial character for a key part; write a table in braces on one line"),
        (
            "a = { b = 1, # b\n c = 2 }",
            (1, 14),
            "invalid initial character for a key part; write a table in braces on one line",
        ),
        ("a = { b = 1\n}", (1, 12), "unclosed inline table; write a table in braces on one line"),
        ("a = [{ b = 1 } { b = 2 }]", (1, 16), "unclosed array; write a comma, or a bracket to close it"),
        ("a = [1", (1, 7), "unclosed array; write a bracket to close it"),
        ("// all\na = 1", (1, 1), "invalid statement; a comment begins with #"),
        ("a = \N{LEFT DOUBLE QUOTATION MARK}b", (1, 5), 'invalid value; write straight quotes, "'),
        ("a = ", (1, 5), "invalid value"),
        ("a = { b = 1, , c = 2 }", (1, 14), "invalid initial character for a key part"),
        ("a = 3:00 # b", (1, 5), 'a time of day is in quotes; write "03:00"'),
        ("a = [22:00, 04:00]", (1, 6), 'a time of day is in quotes; write "22:00"'),
        ("a = { b = 2026-6-1 }", (1, 11), "a date has two digits for the month and the day; write 2026-06-01"),
        ("[b]\na = 2026-16-1", (2, 5), "the date 2026-16-1 does not exist"),
    ],
)
def test_a_common_fault_of_toml_has_a_remedy(text, place, fact):
    [problem] = check_text(text)
    assert (problem.line, problem.column, problem.message) == (*place, f"the rules are not valid TOML: {fact}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"metrics": [{"key": "a"},]}', (1, 26)),
        ('{"metrics": [\n {"key": "a"},\n]}', (2, 14)),
        ('{"metrics": [{"key": "a", }]}', (1, 25)),
    ],
)
def test_a_comma_after_the_last_item_of_json_is_pointed_at(text, place):
    [problem] = check_text(text, "json")
    assert problem.message == "the rules are not valid JSON: a comma before the closing bracket; remove it"
    assert (problem.line, problem.column) == place


@pytest.mark.parametrize("text", ['{"metrics": [1,,]}', '{"metrics": [,]}', '{"metrics": [1,'])
def test_other_commas_of_json_are_no_last_ones(text):
    [problem] = check_text(text, "json")
    assert "closing bracket" not in problem.message


@pytest.mark.parametrize("line", ["value = 'x = 1,5' y", "value = { a = 1, 5 = 3", "value = [1,5"])
def test_other_commas_are_no_decimal_commas(line):
    [problem] = check_text(f"{line}\n")
    assert "comma;" not in problem.message
