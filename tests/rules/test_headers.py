"""One bracket for two, and two for one, are answered with what to write, and hide nothing."""

import json
import re

import pytest

from trophy_engine.rules.draft import check_text
from trophy_engine.rules.headers import double_toml_header_brackets

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


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    ("head", "name", "remedy"),
    [
        ("", "streak", "write [[streaks]], with two brackets: there may be several"),
        ("", "achievement", "write [[achievements]], with two brackets: there may be several"),
        (
            '[[points]]\nkey = "xp"\n',
            "points.trigger",
            "write [[points.triggers]], with two brackets, or triggers = [{ … }]: there may be several",
        ),
    ],
)
def test_a_misspelt_list_has_one_message_for_both(head, name, remedy, times):
    found = messages(head + f"[{name}]\nnaem = 3\n" * times)
    assert [one for one in found if "naem" not in one and "unknown field" in one] == [
        f"unknown field '{name.rpartition('.')[2]}'; {remedy}"
    ] * times


def test_a_misspelt_object_for_a_list_is_answered_in_words_of_json():
    assert messages('{"streak": {"key": "s", "metrics": [{"key": "km"}]}, "metrics": [{"key": "km"}]}', "json") == [
        "unknown field 'streak'; did you mean 'streaks'? It must be a list: write square brackets around the object, "
        "[{…}]; there may be several"
    ]


def test_a_misspelt_table_with_two_brackets_has_one_message():
    assert messages("[[experiment]]\ncontrol_ratio = 5\n") == [
        "unknown field 'experiment'; write [experimentation], with one bracket: there is only one"
    ]


@pytest.mark.parametrize("inner", ["[metrics.km]\nname = 'Km'\n", "[metrics.km]\n[metrics.words]\n"])
def test_tables_by_key_are_read_as_a_list(inner):
    text = f"{inner}[[streaks]]\nkey = 's'\nmetrics = [{{ key = 'km' }}]\n"
    assert messages(text) == ['write [[metrics]], with two brackets, and key = "km" in it: there may be several']
    table = {"metrics": {"km": {}}, "streaks": [{"key": "s", "metrics": [{"key": "km"}]}]}
    assert messages(json.dumps(table), "json") == ['must be a list: write [{"key": "km", …}]; there may be several']


@pytest.mark.parametrize(
    ("inner", "path", "key"),
    [
        ("levels = { gold = 100, silver = 10 }", "levels", "gold"),
        ("[points.levels]\nsilver = 10\ngold = 99.5", "levels", "silver"),
    ],
)
def test_numbers_by_key_are_read_as_a_list_of_rules_with_these_values(inner, path, key):
    text = f"[[metrics]]\nkey = 'words'\n[[points]]\nkey = 'xp'\n{inner}\n"
    example = f'{path} = [{{ key = "{key}", … }}]'
    remedy = f'write [[points.{path}]], with two brackets, and key = "{key}" in it, or {example}: there may be several'
    whole = ["must be a whole number, not 99.5"] if "99.5" in inner else []
    assert messages(text) == [remedy, *whole]


def test_names_of_fields_are_no_keys():
    found = messages("[[points]]\nkey = 'xp'\nlevels = { points = 5 }\n")
    assert found == [
        "write [[points.levels]], with two brackets, or levels = [{ … }]: there may be several",
        "the field 'key' is missing",
    ]


def test_problems_in_tables_by_key_have_the_path_that_is_written():
    found = {one.path: one.message for one in check_text("[metrics.km]\ncolor = 3\nsource = 'kn'\n")}
    assert {path: message.split(";")[0] for path, message in found.items()} == {
        "metrics": 'write [[metrics]], with two brackets, and key = "km" in it: there may be several',
        "metrics.km.color": "unknown field 'color'",
        "metrics.km.source": "unknown metric 'kn'",
    }


def test_only_headers_of_lists_are_corrected():
    text = "[a]\n[b.c]\nx = '''\n[a]\n'''  # [a]\n y = [\n[1],\n]\n [ a ] # [a]\n[[a]]\n[d]"
    corrected, problems = double_toml_header_brackets(
        text, lambda names: names if names in {("a",), ("b", "c")} else None
    )
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
