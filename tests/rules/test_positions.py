"""Every problem has the place of its key or value in the text, in any way that TOML and JSON have of writing it."""

import json
import subprocess
import sys

import pytest
import tomli_w
from hypothesis import given

from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.positions import locate_problems
from trophy_engine.testing import rulesets


def places(text, format_, *paths, on_key=False):
    problems = [Problem("error", path, "", on_key=on_key) for path in paths]
    found = {problem.path: (problem.line, problem.column) for problem in locate_problems(problems, text, format_)}
    return [found[path] for path in paths]


def rest(text, place):
    """Return what stands at a place and after it."""
    line, column = place
    lines = text.split("\n")
    return "\n".join([lines[line - 1][column - 1 :], *lines[line:]])


def values(value, path=""):
    """Yield every value in a table, with its path."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from values(inner, f"{path}.{name}" if path else name)
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from values(inner, f"{path}[{index}]")


@given(rulesets())
def test_every_value_of_json_is_at_its_place(rules):
    text = rules.to_text("json")
    expected = dict(values(json.loads(text)))
    for value, place in zip(expected.values(), places(text, "json", *expected), strict=True):
        assert json.JSONDecoder().raw_decode(rest(text, place))[0] == value


@given(rulesets())
def test_every_value_of_toml_is_at_its_place(rules):
    table = json.loads(rules.to_text("json"))
    text = tomli_w.dumps(table)
    for (_, value), place in zip(values(table), places(text, "toml", *dict(values(table))), strict=True):
        if isinstance(value, dict | list):
            assert rest(text, place)[0] in "[{"
        else:
            assert rest(text, place).startswith(tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n"))


TOML = """\
metrics = [
  { key = "words" },  # é
  { name = "é", "the key" = 3 },
]
a."b.c".d = 1
streak.freezes.max_count = 2

[[points]]
key = "xp"
  [[points.triggers]]
  type = "metric"
  [[points.triggers]]
  [points.triggers.when.user_attributes]
  plan = 5
[[ points ]]
[[points.levels]]
points = 1

[notifications]
[achievements]
key = "a"
[achievements]
key = "b"
trigger.type = "api"
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("metrics", (1, 11), (1, 1)),
        ("metrics[1]", (3, 3), (3, 3)),
        ("metrics[1].name", (3, 12), (3, 5)),
        ("metrics[1].'the key'", (3, 29), (3, 17)),
        ("metrics[1].unit", (3, 3), (3, 3)),
        ("metrics[7]", (1, 11), (1, 11)),
        ("a.'b.c'.d", (5, 13), (5, 9)),
        ("streak", (6, 1), (6, 1)),
        ("streak.freezes.max_count", (6, 28), (6, 16)),
        ("points", (8, 1), (8, 3)),
        ("points[0].key", (9, 7), (9, 1)),
        ("points[0].triggers[0].type", (11, 10), (11, 3)),
        ("points[0].triggers[1]", (12, 3), (12, 12)),
        ("points[0].triggers[1].when.user_attributes.plan", (14, 10), (14, 3)),
        ("points[1]", (15, 1), (15, 4)),
        ("points[1].levels[0].points", (17, 10), (17, 1)),
        ("notifications", (19, 1), (19, 2)),
        ("notifications.throttle_minutes", (19, 1), (19, 1)),
        ("achievements[0].key", (21, 7), (21, 1)),
        ("achievements[1].trigger.type", (24, 16), (24, 9)),
        ("leaderboards", (1, 1), (1, 1)),
        ("", (1, 1), (1, 1)),
    ],
)
def test_a_place_in_toml_is_that_of_the_value_or_of_the_key(path, value, key):
    assert places(TOML, "toml", path) == [value]
    assert places(TOML, "toml", path, on_key=True) == [key]


@pytest.mark.parametrize(
    ("text", "format_", "path", "place"),
    [
        ("[notifications]\nthrottle = 1\n[notifications]\n", "toml", "notifications.throttle", (2, 12)),
        ("[[notifications]]\nthrottle = 1\n", "toml", "notifications.throttle", (2, 12)),
        ("points = { key = 1 }\n", "toml", "points[0].key", (1, 18)),
        ('{"a": [1], "a": [2, 3]}', "json", "a[2]", (1, 21)),
        ('{"\\u00e9": 1}', "json", "'é'", (1, 12)),
        ('{"\\ud800": 1}', "json", "'\\ud800'", (1, 12)),
        ("", "toml", "streaks", (1, 1)),
        ("", "json", "streaks", (1, 1)),
        ("[a\n= 3 [[", "toml", "a.b", (1, 1)),
        ('{"a": [', "json", "a[3]", (1, 1)),
    ],
)
def test_text_with_faults_has_places(text, format_, path, place):
    assert places(text, format_, path) == [place]


def test_a_number_that_is_too_long_has_a_place():
    text = f"[[points]]\nkey = '{'9' * 5000}'\n maximum = {'9' * 5000}\n"
    assert [(one.line, one.column) for one in check_text(text)] == [(3, 12)]
    text = f'{{"points": [{{"key": "a",\n "maximum": {"9" * 5000}, "colour": 1}}]}}'
    located = locate_problems(check_text(text, "json"), text, "json")
    assert [(one.path, one.line, one.column) for one in located] == [
        ("points[0].maximum", 2, 13),
        ("points[0].colour", 2, 5015),
    ]


def test_problems_are_in_the_order_of_the_text():
    problems = [Problem("error", "b", ""), Problem("error", "a", ""), Problem("error", "", "", line=2, column=9)]
    located = locate_problems(problems, "a = 1\n  b = 2\n", "toml")
    assert [(one.path, one.line, one.column) for one in located] == [("a", 1, 5), ("b", 2, 7), ("", 2, 9)]


def test_only_the_command_line_needs_the_parser():
    program = "import sys, trophy_engine, trophy_engine.rules.ruleset; trophy_engine.Ruleset.from_text('')\n"
    program += "sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
