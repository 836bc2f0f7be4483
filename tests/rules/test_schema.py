"""The schema and the check point at the same place: twenty files with a mistake each, as authors make them."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from trophy_engine.rules.draft import check_text
from trophy_engine.rules.files import rules_file_format
from trophy_engine.rules.positions import locate_problems
from trophy_engine.rules.schema import json_schema

SCHEMA = json_schema()
FILES = Path(__file__).parent / "mistakes"
TRIGGER = "$.achievements[0].trigger"
WEEKDAYS = "each of days_off must be one of"
#: For each file, what the schema points at, and the lines of the check. The schema knows each part by itself, so
#: contradictions of several fields and unknown keys are found by the check alone.
MISTAKES = [
    (
        "abbreviated-weekdays.toml",
        ["$.streaks[0].days_off[0]", "$.streaks[0].days_off[1]"],
        [
            ("8:5", f"streaks[0] 'daily'.days_off[0]: {WEEKDAYS}", "not 'Sat'; did you mean 'saturday'?"),
            ("9:5", f"streaks[0] 'daily'.days_off[1]: {WEEKDAYS}", "not 'Sun'; did you mean 'sunday'?"),
        ],
    ),
    (
        "capital-choice.toml",
        ["$.streaks[0].frequency"],
        [("6:13", "streaks[0] 'daily'.frequency: must be one of", "not 'Daily'; did you mean 'daily'?")],
    ),
    (
        "capital-type.toml",
        [f"{TRIGGER}.type"],
        [("10:20", "achievements[0] 'week'.trigger.type: must be one of", "did you mean 'streak'?")],
    ),
    (
        "date-of-another-form.toml",
        ["$.points[0].boosts[0].when.start"],
        [("11:18", "points[0] 'xp'.boosts[0] 'Summer'.when.start: must be a date, for example 2025-04-02", "")],
    ),
    (
        "field-of-another-type.toml",
        [TRIGGER, TRIGGER],
        [
            (
                "11:30",
                "achievements[0] 'week'.trigger.value: unknown field 'value'; did you mean 'length'?",
                "",
            ),
        ],
    ),
    (
        "fraction-of-points.toml",
        ["$.points[0].triggers[0].points"],
        [("10:10", "points[0] 'xp'.triggers[0].points: must be a whole number, not 0.5", "")],
    ),
    (
        "missing-field.toml",
        [TRIGGER],
        [
            (
                "6:11",
                "achievements[0] 'hundred'.trigger: lacks the field value or at_most; give it",
                "",
            )
        ],
    ),
    (
        "missing-type.toml",
        [TRIGGER],
        [("6:1", "achievements[0] 'hundred'.trigger: the field 'type' is missing; it must be one of 'metric'", "")],
    ),
    (
        "number-in-filter.toml",
        ["$.achievements[0].when.user_attributes.grade"],
        [
            (
                "9:38",
                "achievements[0] 'first'.when.user_attributes.grade: must be a string, not 4",
                '; write it in quotes: "4"',
            )
        ],
    ),
    (
        "number-in-quotes.toml",
        [f"{TRIGGER}.value"],
        [("6:56", "achievements[0] 'hundred'.trigger.value: must be", "; write it without quotes: 100")],
    ),
    (
        "object-for-list.json",
        ["$.metrics", "$.streaks[0].evaluation_mode"],
        [
            (
                "2:14",
                "metrics: must be a list: write square brackets around the object, [{…}]; there may be several",
                "",
            ),
            ("5:24", "streaks[0] 'daily'.evaluation_mode: must be one of", 'did you mean "AND"?'),
        ],
    ),
    (
        "one-bracket.toml",
        None,
        [
            ("4:1", "achievements: write [[achievements]], with two brackets: there may be several", ""),
            ("8:1", "achievements: write [[achievements]], with two brackets: there may be several", ""),
        ],
    ),
    (
        "same-threshold.toml",
        [],
        [("10:30", "points[0] 'xp'.levels[2] 'gold'.points: levels 'silver' and 'gold' have the same threshold", "")],
    ),
    ("singular-table.toml", ["$"], [("1:3", "metric: unknown field 'metric'; did you mean 'metrics'?", "")]),
    (
        "space-in-key.toml",
        ["$.metrics[0].key"],
        [("2:7", "metrics[0] 'words written'.key: must consist of ASCII letters, digits, '-' and '_'", "")],
    ),
    (
        "text-without-quotes.toml",
        None,
        [("6:13", "the rules are not valid TOML: invalid value", '; write "weekly", in quotes')],
    ),
    (
        "too-few-freezes.toml",
        [],
        [("7:42", "streaks[0] 'daily'.freezes.max_count: 2 must be at least start_count 3", "")],
    ),
    (
        "two-brackets.toml",
        ["$.notifications"],
        [("4:1", "notifications: write [notifications], with one bracket: there is only one", "")],
    ),
    (
        "unknown-field.toml",
        ["$.metrics[0]"],
        [("3:1", "metrics[0] 'words'.nam: unknown field 'nam'; did you mean 'name'?", "")],
    ),
    (
        "unknown-metric.toml",
        [],
        [("6:39", "achievements[0] 'hundred'.trigger.metric: unknown metric 'word'; did you mean 'words'?", "")],
    ),
]


def schema_paths(text, format_):
    """Return the places at which the schema has an error, or None if the text cannot be parsed."""
    try:
        table = json.loads(text) if format_ == "json" else tomllib.loads(text)
    except ValueError:
        return None
    table = json.loads(json.dumps(table, default=str))
    return sorted(error.json_path for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(table))


def test_there_are_twenty_files():
    assert sorted(path.name for path in FILES.iterdir()) == [name for name, _, _ in MISTAKES]
    assert len(MISTAKES) == 20


@pytest.mark.parametrize(("name", "paths", "lines"), MISTAKES, ids=[name for name, _, _ in MISTAKES])
def test_a_mistake_is_pointed_at(name, paths, lines):
    text, format_ = (FILES / name).read_text(encoding="utf-8"), rules_file_format(name)
    assert schema_paths(text, format_) == paths
    problems = locate_problems(check_text(text, format_), text, format_)
    assert [f"{one.line}:{one.column}" for one in problems] == [place for place, _, _ in lines]
    for problem, (_, start, end) in zip(problems, lines, strict=True):
        assert problem.describe().startswith(f"error: {start}")
        assert problem.describe().endswith(end)


def test_every_field_has_a_description():
    tables = [("rules", SCHEMA), *SCHEMA["$defs"].items()]
    silent = {
        (name, field)
        for name, table in tables
        for field, one in table["properties"].items()
        if "description" not in one
    }
    assert silent == {("rules", "$schema")}


def test_what_is_inherited_is_described():
    inherited = SCHEMA["$defs"]["TimePointsTrigger"]["properties"]["when"]
    assert inherited["description"] == "the conditions under which it pays."


@pytest.mark.parametrize(
    ("trigger", "paths"),
    [
        ({"type": "metric", "metric": "a", "value": 0}, [f"{TRIGGER}.value"]),
        ({"type": "metric", "metric": "a b", "value": "x"}, [f"{TRIGGER}.metric", f"{TRIGGER}.value"]),
        ({"type": "anniversary", "years": 201}, [f"{TRIGGER}.years"]),
        ({"type": "api", "years": 1}, [TRIGGER]),
        ({"type": "metrics", "value": 0}, [f"{TRIGGER}.type"]),
        ({}, [TRIGGER]),
        ("api", [TRIGGER]),
        ({"type": "api"}, []),
    ],
)
def test_the_schema_points_at_the_wrong_field_of_a_trigger(trigger, paths):
    assert schema_paths(json.dumps({"achievements": [{"key": "a", "trigger": trigger}]}), "json") == paths
