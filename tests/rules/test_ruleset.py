"""The ruleset: rules as a whole, from text and as text, with every problem of the text."""

import copy

import pytest

from trophy_engine import InvalidRules, InvalidValue, Metric, Ruleset
from trophy_engine.rules.draft import check_file, check_text


def test_the_digest_is_that_of_the_rules_and_not_of_their_spelling(tmp_path):
    one = Ruleset(metrics=[Metric("words", name="words")])
    other = Ruleset(metrics=(Metric("words"),))
    assert one.digest == other.digest == copy.deepcopy(one).digest
    assert one.digest != Ruleset(metrics=[Metric("lessons")]).digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[streaks]]\nkey = 'daily'\n",
        "[metrics]\nkey = 'a'\n[metrics]\n",
        "[[points]]\nkey = 'xp'\nmaximum = '5'\n",
        "[streak\n",
        "a = '\0'\n",
    ],
)
def test_the_text_of_a_file_has_the_problems_of_the_file(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text)
    problems = check_text(text)
    assert problems == check_file(path)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        with pytest.raises(InvalidRules) as raised:
            Ruleset.from_text(text)
        assert list(raised.value.problems) == errors
    else:
        assert Ruleset.from_text(text)


@pytest.mark.parametrize("arguments", [(b"",), (None,), ("\ud800",), ("", "yaml"), ("", "JSON")])
def test_what_is_no_text_of_rules_is_refused(arguments):
    with pytest.raises(InvalidValue):
        check_text(*arguments)


def test_the_schema_that_a_file_names_is_no_part_of_the_rules():
    assert check_text('{"$schema": "rules.schema.json"}', "json") == []


def test_the_day_starts_before_noon():
    assert Ruleset(day_start="11:59").day_start == "11:59"
    text = Ruleset(day_start="03:00", first_weekday="monday").to_text()
    assert text == 'day_start = "03:00"\nfirst_weekday = "monday"\n'
    assert Ruleset.from_text(text).day_start == "03:00"
    assert "day_start" not in Ruleset().to_text()


@pytest.mark.parametrize("value", ["12:00", "24:00", "3:00", "03:00:00", "03:60", "3 am", 3, None, ""])
def test_another_start_of_the_day_is_refused(value):
    with pytest.raises(InvalidValue, match=r"^day_start must be a time of day from '00:00' to '11:59', not "):
        Ruleset(day_start=value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('day_start = "3:00"', "must be a time of day from '00:00' to '11:59', not '3:00'; did you mean '03:00'?"),
        ('day_start = "13:00"', "must be a time of day from '00:00' to '11:59', not '13:00'"),
        (
            "day_start = 03:00:00",
            "must be a time of day from '00:00' to '11:59', not 03:00:00; did you mean '03:00'?",
        ),
        ("day_start = 3", "must be a time of day from '00:00' to '11:59', not 3"),
    ],
)
def test_a_start_of_the_day_in_a_file_has_its_path_and_remedy(text, message):
    [problem] = check_text(text)
    assert (problem.path, problem.message) == ("day_start", message)
