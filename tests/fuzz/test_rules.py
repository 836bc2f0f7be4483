"""Any rules file is read or raises ``InvalidRules``, and rules that are read are written back equal."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_values import json_text, odd_json, odd_text, replaced

from trophy_engine import InvalidRules, InvalidValue, Ruleset, TrophyError
from trophy_engine.identifiers import is_writable
from trophy_engine.rules.diagnostics import exclude_warnings
from trophy_engine.rules.draft import check_file, check_text
from trophy_engine.rules.positions import locate_problems
from trophy_engine.testing.rulesets import rulesets

_TOML = st.lists(
    st.sampled_from(
        [
            "[[streaks]]",
            "[[metrics]]",
            "[[points]]",
            "[[points.triggers]]",
            "[[achievements]]",
            "[a.b.c]",
            "trigger = {}",
        ]
        + ["key = 'words'", "key = 'words'", "type = ['metric']", "type = {}", "metrics = [{key = 'words'}]", "a"]
        + ["points = 1_0", "value = 1e400", "value = 0x" + "f" * 5_000, "value = " + "9" * 5_000, "name = 'x'", "]"]
        + ["value = 1e99999999999999999999", "value = nan", "start = 2025-04-02", "start = 25:00:00", "= 1", '"'],
    )
    | odd_text,
    max_size=8,
).map("\n".join)


def check_problems(text, format_):
    """Check that problems have places in the text, and return whether one is an error."""
    try:
        problems = check_text(text, format_)
    except InvalidValue:
        assert not is_writable(text)
        return True
    located = locate_problems(problems, text, format_)
    assert len(located) == len(problems)
    lines = text.split("\n")
    for problem in located:
        assert str(problem)
        assert 1 <= problem.line <= len(lines)
        assert problem.column >= 1
        if text.isascii():
            assert problem.column <= len(lines[problem.line - 1]) + 1
    return bool(exclude_warnings(located))


def check_reading(text, format_):
    has_errors = check_problems(text, format_)
    try:
        rules = Ruleset.from_text(text, format_)
    except InvalidRules as error:
        assert has_errors
        return str(error)
    assert not has_errors or not is_writable(text)
    assert Ruleset.from_text(rules.to_text("json"), "json") == rules
    assert len(rules.digest) == 64
    return rules


@given(odd_json)
def test_any_json_is_rules_or_refused(value):
    check_reading(json_text(value), "json")


@given(st.data(), rulesets())
def test_rules_with_something_odd_in_them_are_rules_or_refused(data, rules):
    table = json.loads(rules.to_text("json"))
    check_reading(json_text(data.draw(replaced(table))), "json")


@given(_TOML | st.text(max_size=60))
def test_any_text_is_rules_or_refused(text):
    check_reading(text, "toml")
    check_reading(text, "json")


@given(st.data(), rulesets())
def test_rules_with_characters_changed_are_rules_or_refused(data, rules):
    text = rules.to_text("toml")
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 4))
        text = text[:place] + data.draw(st.sampled_from("[]{}='\"\n,.0a-") | odd_text) + text[place + length :]
    check_reading(text, "toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"achievements": [{"key": "a", "trigger": {"type": ["metric"]}}]}',
            r"achievements\[0\] 'a'.trigger.type: must be one of \"metric\", .*, not \[\"metric\"\]",
        ),
        ('{"achievements": [{"key": "a", "trigger": {"type": {}}}]}', "must be one of"),
        ('{"points": [{"key": "a", "maximum": ' + "9" * 5_000 + "}]}", "more than 4,300 digits; .* at most 18"),
        ('{"points": [{"key": "a", "maximum": ' + "9" * 4_000 + "}]}", "maximum: must have at most 18 digits"),
        ('{"metrics": [{"key": ' + "9" * 4_000 + "}]}", "key: must consist of ASCII letters"),
        (
            '{"streaks": [{"key": "daily", "metrics": [{"key": "a", "threshold": 1e9999999999999999999999}]}]}',
            "out of range",
        ),
        ('{"streaks": [{"key": "daily", "metrics": [{"key": "a", "threshold": 1e999999}]}]}', "lie within"),
        (
            '{"metrics": [{"key": "a", "name": "\\ud800"}]}',
            r"metrics\[0\] 'a'.name: must be text that UTF-8",
        ),
        ('{"metrics": [{"key": "a", "unit": "x\\u0000"}]}', "unit: must be text that UTF-8 can write, without NUL"),
        ('{"metrics": [{"key": "a", "\\ud800": 1}]}', r"metrics\[0\] 'a'.'\\ud800': unknown field"),
        (
            '{"metrics": [{"key": "a"}], "metrics": []}',
            "metrics: the key 'metrics' is given twice in one object; remove one",
        ),
        ('{"metrics": ' + "[" * 100_000, "the rules nest lists and tables more than 32 deep"),
        ('{"metrics": [' * 400, "the rules nest lists and tables more than 32 deep"),
        (
            '{"achievements": [{"key": "a", "when": {"user_attributes": {"plan": "\\ud800"}}}]}',
            "user_attributes.plan: must be text",
        ),
    ],
)
def test_former_uncaught_errors_are_problems(text, message, tmp_path):
    with pytest.raises(InvalidRules, match=message):
        Ruleset.from_text(text, "json")
    path = tmp_path / "rules.json"
    path.write_text(text, encoding="utf-8")
    assert all(str(problem).encode() for problem in check_file(path))


@pytest.mark.parametrize("number", ["9" * 5_000, "1e9999999999999999999999", "0x" + "f" * 5_000, "-" + "9" * 4_000])
def test_numbers_of_toml_have_bounds(number):
    with pytest.raises(InvalidRules):
        Ruleset.from_text(f"[[points]]\nkey = 'xp'\nmaximum = {number}")


@pytest.mark.parametrize("path", ["a\0.toml", "\ud800.toml", "", "no/such/folder.toml", ".", b"rules.toml", 5, None])
def test_invalid_paths_are_refused(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for call in (Ruleset.load, check_file, Ruleset().save):
        with pytest.raises(TrophyError):
            call(path)


def test_a_byte_order_mark_is_ignored(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text("[[metrics]]\nkey = 'words'\n", encoding="utf-8-sig")
    assert [metric.key for metric in Ruleset.load(path).metrics] == ["words"]


def test_a_decimal_with_a_large_exponent_costs_nothing():
    streak = '{"key": "daily", "metrics": [{"key": "a", "threshold": 0e999999999999999999}]}'
    rules = f'{{"streaks": [{streak}], "metrics": [{{"key": "a"}}]}}'
    with pytest.raises(InvalidRules, match="threshold: must be above 0"):
        Ruleset.from_text(rules, "json")
    assert Decimal("0e999999999999999999") == 0


#: Rules with every kind of part, whose numbers and filters are checked against one another.
_MANY = {
    "metrics": [
        {"key": "km"},
        {
            "key": "days",
            "source": "km",
            "aggregate": "days",
            "window": "week",
            "when": {"weekdays": ["monday"], "between": ["22:00", "02:00"], "start": "2026-01-01"},
        },
        {
            "key": "places",
            "source": "km",
            "aggregate": "distinct",
            "distinct_by": "place",
            "event_attributes": {"place": ["a", "b"]},
            "window": {"last": 7, "unit": "day"},
        },
        {"key": "least", "source": "km", "aggregate": "min", "event_value": {"at_least": 1, "at_most": 9}},
        {"key": "done", "source": {"completions": "*"}, "window": {"every": 1, "unit": "week", "start": "2026-01-01"}},
        {"key": "earned", "source": {"points": "xp"}},
    ],
    "attributes": [{"key": "place", "type": "event"}, {"key": "plan"}],
    "streaks": [
        {
            "key": "habit",
            "metrics": [{"key": "km", "threshold": 2, "event_attributes": {"place": "a"}}, {"key": "places"}],
            "days_off": ["monday"],
            "evaluation_mode": "AND",
            "freezes": {
                "max_count": 2,
                "start_count": 1,
                "auto_earn_interval": 3,
                "auto_earn_amount": 3,
                "rewards": [{"type": "streak", "length": 3, "freezes": 3}, {"type": "achievement", "achievement": "y"}],
            },
        }
    ],
    "achievements": [
        {"key": "x", "repeatable": True, "trigger": {"type": "metric", "metric": "days", "value": 9}},
        {"key": "y", "trigger": {"type": "metric", "metric": "places"}, "tiers": [{"key": "t", "value": 5}]},
        {"key": "z", "trigger": {"type": "achievement", "achievements": ["x", "y"], "at_least": 1}},
        {"key": "l", "trigger": {"type": "level", "system": "xp", "level": "high"}, "when": {"achievements": ["z"]}},
    ],
    "points": [
        {
            "key": "xp",
            "maximum": 5,
            "levels": [{"key": "high", "points": 9}],
            "triggers": [
                {"type": "metric", "metric": "km", "points": 1, "limit": {"points": 1, "window": "day"}},
                {"type": "achievement", "achievement": "x", "points": 3},
                {"type": "time", "points": 1, "interval_unit": "days", "interval_value": 1},
            ],
            "boosts": [{"name": "b", "multiplier": 2, "when": {"weekdays": ["monday"], "streak": {"at_least": 2}}}],
        }
    ],
    "leaderboards": [{"key": "b", "rank_by": "metric", "metric": "least", "start": "2026-01-01"}],
}
_ODD = [5, -1, 1.5, True, None, "x", "", [], [[]], [1], {}, {"nope": 1}, ["monday", 3], ["22:00", 5]]


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths(item, (*path, key))


def _replaced_at(value, path, odd):
    if not path:
        return odd
    first, *rest = path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    changed = {key: _replaced_at(item, rest, odd) if key == first else item for key, item in items}
    return changed if isinstance(value, dict) else list(changed.values())


@pytest.mark.parametrize("part", _MANY)
def test_every_field_can_have_any_value(part):
    for path in _paths(_MANY):
        for odd in _ODD if path[:1] == (part,) else ():
            check_problems(json.dumps(_replaced_at(_MANY, path, odd)), "json")


@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(_ODD)), min_size=2, max_size=5))
def test_several_fields_can_have_any_values(changes):
    rules = _MANY
    for number, odd in changes:
        paths = list(_paths(rules))
        rules = _replaced_at(rules, paths[number % len(paths)], odd)
    check_problems(json.dumps(rules), "json")
