"""Every field of a metric has an error of its own, in Python, TOML and JSON."""

import json
from decimal import Decimal

import jsonschema
import pytest
import tomli_w

from trophy_engine import Attribute, InvalidValue, Metric, Ruleset
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.schema import json_schema

#: The parts of messages about several fields, or about the calendar, which the schema of a file does not know.
BEYOND_THE_SCHEMA = ("distinct_by must", "must be given if", "is for derived", "not be below", "at most", "that exists")
BEYOND_THE_SCHEMA += ("must not be before", "a window of days has no", "have no attributes")
SCHEMA = jsonschema.Draft202012Validator(json_schema())
#: Fields of a metric, the path of the fault after that of the metric, and a part of the message in every notation.
FAULTS = [
    ({"source": "two words"}, "source", "must consist of ASCII letters"),
    ({"aggregate": "maximum"}, "aggregate", "not {maximum}; did you mean {max}?"),
    ({"aggregate": None}, "aggregate", "must be one of {sum}, {count}, {min}, {max}, {last}, {distinct}, {days}"),
    ({"aggregate": "distinct"}, "", "distinct_by must be given if aggregate is {distinct}, and only then"),
    ({"aggregate": "max", "distinct_by": "track"}, "distinct_by", "must be given if aggregate is {distinct}"),
    ({"aggregate": "distinct", "distinct_by": "the track"}, "distinct_by", "must consist of ASCII letters"),
    ({"event_attributes": {"track": "spa"}}, "event_attributes", "is for derived metrics; give source the key"),
    ({"source": "laps", "event_attributes": []}, "event_attributes", "to strings or lists of strings, not []"),
    ({"source": "laps", "event_attributes": {"track": 3}}, "event_attributes.track", "must be a string, not 3"),
    ({"source": "laps", "event_attributes": {"track": []}}, "event_attributes.track", "at least one value"),
    ({"source": "laps", "event_attributes": {"track": ["a", "a"]}}, "event_attributes.track", "not contain {a} twice"),
    ({"source": "laps", "event_attributes": {"track": ["a", 3]}}, "event_attributes.track", "must be a string, not 3"),
    ({"event_value": {"at_least": 3}}, "event_value", "is for derived metrics; give source the key"),
    ({"source": "laps", "event_value": {}}, "event_value", "at_least must be given if at_most is not"),
    ({"source": "laps", "event_value": {"at_leas": 3}}, "event_value.at_leas", "did you mean 'at_least'?"),
    (
        {"source": "laps", "event_value": {"at_least": "3"}},
        "event_value.at_least",
        "must be an integer or a decimal number",
    ),
    (
        {"source": "laps", "event_value": {"at_least": 3, "at_most": 2}},
        "event_value.at_most",
        "not be below at_least 3",
    ),
    (
        {"window": "weekly"},
        "window",
        "must be one of {day}, {week}, {month}, {year}, not {weekly}; did you mean {week}?",
    ),
    ({"window": 7}, "window", "or write a table like"),
    ({"source": 7}, "source", "must be the key of a recorded metric, or a table like"),
    ({"source": {}}, "source", "must have one of the fields points, completions"),
    ({"source": {"pints": "xp"}}, "source.pints", "unknown field 'pints'; did you mean 'points'?"),
    ({"source": {"points": 3}}, "source.points", "must consist of ASCII letters"),
    ({"source": {"points": "xp", "completions": "*"}}, "source", "not have both points and completions, because"),
    ({"source": {"completions": []}}, "source.completions", "must contain at least one key"),
    ({"source": {"completions": "a"}}, "source.completions", "must be a list of keys, or {*} for all"),
    (
        {"source": {"completions": "*"}, "aggregate": "distinct", "distinct_by": "track"},
        "aggregate",
        "the completions of achievements have no attributes; choose another aggregate, for example {count}",
    ),
    (
        {"source": {"completions": "*"}, "event_attributes": {"track": "spa"}},
        "event_attributes",
        "the completions of achievements have no attributes; remove it",
    ),
    ({"window": {}}, "window", "must have one of the fields every, last, session_gap, reset_by, start"),
    ({"window": {"unit": "day"}}, "window", "must have one of the fields every, last, session_gap, reset_by, start"),
    ({"window": {"lsat": 7, "unit": "day"}}, "window.lsat", "unknown field 'lsat'; did you mean 'last'?"),
    ({"window": {"last": 7, "unti": "day"}}, "window.unti", "unknown field 'unti'; did you mean 'unit'?"),
    ({"window": {"last": 7, "unit": "days"}}, "window.unit", "not {days}; did you mean {day}?"),
    ({"window": {"last": 7, "unit": "week"}}, "window.unit", "must be one of {day}, {hour}, {minute}, not {week}"),
    ({"window": {"last": 0, "unit": "day"}}, "window.last", "must be at least 1, not 0"),
    ({"window": {"last": 367, "unit": "day"}}, "window.last", "must be at most 366 days, not 367"),
    ({"window": {"last": 169, "unit": "hour"}}, "window.last", "must be at most 168 hours, not 169"),
    ({"window": {"last": 10_081, "unit": "minute"}}, "window.last", "must be at most 10,080 minutes, not 10081"),
    ({"window": {"last": 7}}, "window", "the field 'unit'"),
    ({"window": {"every": 2, "unit": "day"}}, "window", "the field 'start'"),
    ({"window": {"unit": "day", "start": "2026-01-05"}}, "window", "the field 'every'"),
    ({"window": {"every": 2, "unit": "hour", "start": "2026-01-05"}}, "window.unit", "not {hour}"),
    ({"window": {"every": 1.5, "unit": "day", "start": "2026-01-05"}}, "window.every", "a whole number, not 1.5"),
    ({"window": {"evry": 2, "unit": "day", "start": "2026-01-05"}}, "window.evry", "did you mean 'every'?"),
    ({"window": {"start": "soon"}}, "window.start", "must be a date, for example"),
    ({"window": {"start": "2026-02-30"}}, "window.start", "must be a date that exists"),
    ({"window": {"start": "2026-06-02", "end": "2026-06-01"}}, "window.end", "must not be before start 2026-06-02"),
    ({"window": {"session_gap": 30, "unit": "day"}}, "window.unit", "must be one of {hour}, {minute}, not {day}"),
    ({"window": {"session_gap": -1, "unit": "hour"}}, "window.session_gap", "must be at least 1, not -1"),
    ({"window": {"reset_by": 3}}, "window.reset_by", "must consist of ASCII letters"),
    ({"window": {"last": 7, "unit": "day", "reset_by": "b"}}, "window", "not have both last and reset_by, because"),
    ({"window": {"start": "2026-01-05", "session_gap": 3}}, "window", "not have both session_gap and start, because"),
    (
        {"aggregate": "last", "window": {"last": 7, "unit": "day"}},
        "window",
        "a window of days has no latest value, because dates come back; write the window in hours",
    ),
]


def word(message, quote):
    return message.replace("{}", "\0").replace("{", quote).replace("}", quote).replace("\0", "{}")


@pytest.mark.parametrize(("fields", "path", "message"), FAULTS)
def test_a_fault_is_named_in_python(fields, path, message):
    with pytest.raises(InvalidValue) as raised:
        Metric("a", **fields)
    field, _, last = path.rpartition(".")
    parts = [path, word(message, "'")] if not message.startswith(("unknown", "did you")) else [field, last, message]
    assert all(part in str(raised.value) for part in parts)


@pytest.mark.parametrize("format_", ["toml", "json"])
@pytest.mark.parametrize(("fields", "path", "message"), FAULTS)
def test_a_fault_is_at_its_path_in_a_file(fields, path, message, format_):
    attribute = {"key": "track", "type": "event"}
    table = {
        "attributes": [attribute],
        "metrics": [{"key": "laps"}, {"key": "b"}, {"key": "a", **fields}],
        "achievements": [{"key": "a", "trigger": {"type": "api"}}],
        "points": [{"key": "xp"}],
    }
    if format_ == "toml" and fields.get("aggregate", "") is None:
        pytest.skip("TOML has no null")
    text = tomli_w.dumps(table) if format_ == "toml" else json.dumps(table)
    [problem] = check_text(text, format_)
    assert problem.path == (f"metrics[2].{path}" if path else "metrics[2]")
    assert word(message, "'" if format_ == "toml" else '"') in problem.message


VALID = [
    {"aggregate": "max"},
    {"source": "laps", "aggregate": "distinct", "distinct_by": "track", "event_attributes": {"track": ["a", "b"]}},
    {"source": "laps", "event_value": {"at_least": 0}},
    {"source": "laps", "event_value": {"at_least": Decimal("-0.5"), "at_most": Decimal("0.5")}},
    {"window": "day"},
    {"window": {"every": 28, "unit": "day", "start": "2026-01-05"}},
    {"window": {"start": "2026-06-01", "end": "2026-06-30"}},
    {"window": {"start": "2026-06-01"}},
    {"window": {"last": 366, "unit": "day"}},
    {"aggregate": "last", "window": {"last": 168, "unit": "hour"}},
    {"window": {"session_gap": 30, "unit": "minute"}},
    {"window": {"reset_by": "b"}},
]


@pytest.mark.parametrize("fields", VALID)
def test_what_is_valid_is_written_and_read_back_equal(fields):
    rules = Ruleset([Metric("laps"), Metric("b"), Metric("a", **fields)], [Attribute("track", "event")])
    for format_ in ("toml", "json"):
        assert Ruleset.from_text(rules.to_text(format_), format_) == rules


def in_schema(fields):
    table = json.loads(json.dumps({"metrics": [{"key": "a", **fields}]}, default=float))
    return SCHEMA.is_valid(table)


@pytest.mark.parametrize(("fields", "message"), [(fields, message) for fields, _, message in FAULTS])
def test_the_schema_refuses_what_is_a_fault_of_one_field(fields, message):
    assert in_schema(fields) is any(part in message for part in BEYOND_THE_SCHEMA)


@pytest.mark.parametrize("fields", VALID)
def test_the_schema_accepts_what_is_valid(fields):
    assert in_schema(fields)
