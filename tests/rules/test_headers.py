"""One bracket for two, and two for one, are answered with what to write, and hide nothing."""

import json
import re

import pytest

from trophy_engine.rules.draft import check_text
from trophy_engine.rules.headers import double_brackets

LISTS = ["metrics", "attributes", "streaks", "achievements", "points", "leaderboards"]
PARTS = ["points.triggers", "points.levels", "points.boosts", "streaks.metrics"]
TABLES = ["experimentation", "notifications"]
INNER = ["streaks.freezes", "achievements.trigger", "achievements.when"]


def messages(text, format_="toml"):
    return [problem.message for problem in check_text(text, format_)]


def parent_of(name):
    return f"[[{name.split('.', maxsplit=1)[0]}]]\n"


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_two_brackets(name, times):
    found = messages(f"[{name}]\nnaem = 3\n" * times)
    assert found.count(f"write [[{name}]], with two brackets: there may be several") == times
    assert sum("unknown field 'naem'" in message for message in found) == times


@pytest.mark.parametrize("headers", ["[{0}]\n[[{0}]]\n", "[[{0}]]\n[{0}]\n", "[[{0}]]\n  [ {0} ]  # one\n"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_can_have_both(name, headers):
    found = messages(headers.format(name))
    assert found.count(f"write [[{name}]], with two brackets: there may be several") == 1
    assert sum(bool(re.match("the fields? 'key'.* missing", message)) for message in found) == 2


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", PARTS)
def test_a_list_in_a_table_has_two_brackets_or_is_written_inline(name, times):
    last = name.rpartition(".")[2]
    found = messages(parent_of(name) + f"[{name}]\n" * times)
    assert found.count(f"write [[{name}]], with two brackets, or {last} = [{{ … }}]: there may be several") == times


@pytest.mark.parametrize("name", TABLES)
def test_one_table_has_one_bracket(name):
    found = messages(f"[[{name}]]\nnaem = 3\n[[{name}]]\nnaem = 4\n")
    assert found.count(f"write [{name}], with one bracket: there is only one") == 1
    assert sum("unknown field 'naem'" in message for message in found) == 2


@pytest.mark.parametrize("name", INNER)
def test_one_table_in_a_table_has_one_bracket_or_is_written_inline(name):
    last = name.rpartition(".")[2]
    found = messages(f"{parent_of(name)}[[{name}]]\nx = 3\n")
    assert f"write [{name}], with one bracket, or {last} = {{ … }}: there is only one" in found


@pytest.mark.parametrize("name", LISTS)
def test_an_object_for_a_list_is_answered_in_words_of_json(name):
    remedy = "must be a list: write square brackets around the object, [{…}]; there may be several"
    assert remedy in messages(json.dumps({name: {"naem": 3}}), "json")
    assert any("unknown field 'naem'" in message for message in messages(json.dumps({name: {"naem": 3}}), "json"))


@pytest.mark.parametrize("name", TABLES)
def test_a_list_for_an_object_is_answered_in_words_of_json(name):
    remedy = "must be one object: remove the square brackets; there is only one"
    assert remedy in messages(json.dumps({name: [{}]}), "json")


def test_only_headers_of_lists_are_corrected():
    text = "[a]\n[b.c]\nx = '''\n[a]\n'''  # [a]\n y = [\n[1],\n]\n [ a ] # [a]\n[[a]]\n[d]"
    corrected, problems = double_brackets(text, lambda names: names if names in {("a",), ("b", "c")} else None)
    assert corrected == "[[a]]\n[[b.c]]\nx = '''\n[a]\n'''  # [a]\n y = [\n[1],\n]\n [[ a ]] # [a]\n[[a]]\n[d]"
    assert [(one.line, one.column) for one in problems] == [(1, 1), (2, 1), (9, 2)]


def test_other_faults_of_syntax_stay_what_they_are():
    assert messages("[notifications]\n[notifications]\n") == [
        "the rules are not valid TOML: cannot declare [notifications] twice"
    ]
    assert messages("[metrics]\nkey = \n") == [
        "write [[metrics]], with two brackets: there may be several",
        "the rules are not valid TOML: invalid value",
    ]
