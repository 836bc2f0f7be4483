"""The ruleset: rules as a whole, from text and as text, with every problem of the text."""

import copy

import pytest

from trophy_engine import InvalidRules, InvalidValue, Metric, Ruleset
from trophy_engine.rules.ruleset import check_file, check_text


def test_the_digest_is_that_of_the_rules_and_not_of_their_spelling(tmp_path):
    one = Ruleset(metrics=[Metric("words", name="words")])
    other = Ruleset(metrics=(Metric("words"),))
    assert one.digest == other.digest == copy.deepcopy(one).digest
    assert one.digest != Ruleset(metrics=[Metric("lessons")]).digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[streak]\n",
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
