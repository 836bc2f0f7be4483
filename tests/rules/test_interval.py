"""Intervals in place of the name of a frequency, in Python and in files."""

from datetime import date

import pytest

from trophy_engine import Interval, InvalidValue, Metric, Ruleset, Streak, StreakMetric, check_file
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.override import override
from trophy_engine.rules.schema import json_schema

OTHER_DAYS = Interval(2, "day", date(2026, 1, 5))
RULES = Ruleset([Metric("words")], streaks=[Streak("habit", OTHER_DAYS, [StreakMetric("words")])])


def messages(frequency, format_="toml"):
    text = (
        f"[[streaks]]\nkey = 'daily'\nfrequency = {frequency}\n"
        if format_ == "toml"
        else f'{{"streaks": [{{"key": "daily", "frequency": {frequency}}}]}}'
    )
    return [(problem.path, problem.message) for problem in check_text(text, format_) if problem.severity == "error"]


def test_a_mapping_is_an_interval():
    assert Streak("habit", {"every": 2, "unit": "day", "start": "2026-01-05"}) == Streak("habit", OTHER_DAYS)


def test_a_file_has_a_table():
    assert Ruleset.from_text(RULES.to_text()) == Ruleset.from_text(RULES.to_text("json"), "json") == RULES
    assert messages('{ every = 2, unit = "day", start = 2026-01-05 }') == []
    assert json_schema()["$defs"]["Streak"]["properties"]["frequency"]["anyOf"] == [
        {"enum": ["daily", "weekly", "monthly", "quarterly", "yearly"]},
        {"$ref": "#/$defs/Interval"},
    ]


@pytest.mark.parametrize(
    ("frequency", "problem"),
    [
        ('"every-other-day"', ("", "or write a table like {every = 2, unit = 'day', start = 2026-01-05}")),
        ("2", ("", "or write a table like {every = 2, unit = 'day', start = 2026-01-05}")),
        ('"quaterly"', ("", "did you mean 'quarterly'?")),
        ("[2]", ("", "or write a table like {every = 2, unit = 'day', start = 2026-01-05}")),
        ('{ every = 0, unit = "day", start = 2026-01-05 }', (".every", "must be at least 1, not 0")),
        ('{ every = 1001, unit = "day", start = 2026-01-05 }', (".every", "must be at most 1000, not 1001")),
        ('{ every = 2, unit = "days", start = 2026-01-05 }', (".unit", "did you mean 'day'?")),
        ('{ every = 2, unit = "year", start = 2026-01-05 }', (".unit", "for years write the unit 'month'")),
        ('{ every = 2, unit = "day", start = 2026-02-30 }', ("", "the date or time 2026-02-30 does not exist")),
        ('{ every = 2, unit = "day", start = "2026-02-30" }', (".start", "the last day of that month is 2026-02-28")),
        ('{ every = 2, unit = "day" }', ("", "the field 'start' is missing")),
        ('{ evry = 2, unit = "day", start = 2026-01-05 }', (".evry", "unknown field 'evry'; did you mean 'every'?")),
    ],
)
def test_a_fault_has_its_path_and_remedy(frequency, problem):
    [(path, message)] = messages(frequency)
    assert path in {f"streaks[0].frequency{problem[0]}", ""}
    assert message.endswith(problem[1])


def test_a_remedy_in_json_is_in_its_notation():
    [(_, message)] = messages('"every other day"', "json")
    assert message.endswith('or write a table like {"every": 2, "unit": "day", "start": "2026-01-05"}')


@pytest.mark.parametrize(
    ("frequency", "message"),
    [
        ({"every": 2, "unit": "day"}, "frequency lacks the field 'start'"),
        ({"every": 2, "unit": "day", "begin": 1, "start": "2026-01-05"}, "frequency has an unknown field 'begin'"),
        ({3: 2}, "frequency has an unknown field 3; known: 'every', 'unit', 'start'"),
        ({"every": "2", "unit": "day", "start": "2026-01-05"}, "frequency.every must be a whole number"),
        ("dayly", "did you mean 'daily'"),
        (None, "frequency must be one of .* not None; or write a table like"),
    ],
)
def test_a_fault_in_python_names_the_field(frequency, message):
    with pytest.raises(InvalidValue, match=message):
        Streak("habit", frequency)


def test_only_a_daily_streak_has_days_off():
    with pytest.raises(InvalidValue, match="days_off must be left out of a streak every 2 days; only a daily one"):
        Streak("habit", OTHER_DAYS, days_off=["sunday"])


def test_the_fields_of_an_interval_have_paths():
    assert override(RULES, {"streaks[habit].frequency.every": 3}).streaks[0].frequency.every == 3
    assert override(RULES, {"streaks.habit.frequency": "yearly"}).streaks[0].frequency == "yearly"


def test_a_file_with_two_tables_is_told_that_there_is_one(tmp_path):
    (tmp_path / "rules.toml").write_text(
        '[[streaks]]\nkey = "daily"\n[[streaks.frequency]]\nevery = 2\nunit = "day"\nstart = 2026-01-05\n'
    )
    problem, _ = check_file(tmp_path / "rules.toml")
    assert "there is only one" in problem.message
