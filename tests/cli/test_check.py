"""trophy-engine check: every problem with its place, and a status that names its kind."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from trophy_engine import Ruleset, TrophyError


def test_check_lists_every_problem_and_its_status_names_the_kind(run):
    assert run("check", "rules.toml").exit_code == 0
    Path("bad.toml").write_text('metric = []\n[[streaks]]\nkey = "daily"\nmetrics = [{ key = "word" }]\n')
    bad = run("check", "bad.toml")
    assert bad.exit_code == 1
    assert bad.output.splitlines() == [
        "bad.toml:1:1: error: metric: unknown field 'metric'; did you mean 'metrics'?",
        "bad.toml:4:20: error: streaks[0] 'daily'.metrics[0] 'word'.key: unknown metric 'word'; known: none",
        "bad.toml: 2 errors, no warnings",
    ]
    Path("odd.toml").write_text("[[streaks]]\nkey = 'daily'\n")
    odd = run("check", "odd.toml")
    assert (odd.exit_code, odd.output.splitlines()[-1]) == (3, "odd.toml: no errors, 1 warning")
    assert run("check", "missing.toml").exit_code == 1
    assert run("check").exit_code == 2
    assert run("check", "git").exit_code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names of files")
def test_check_names_a_file_whose_name_is_not_text(run):
    trigger = {"type": ["metric"]}
    Path("x\udcff.json").write_text(json.dumps({"achievements": [{"key": "a", "trigger": trigger, "name": "\ud800"}]}))
    program = [sys.executable, "-X", "utf8", "-c", "from trophy_engine.cli import main; main()"]
    checked = subprocess.run([*program, "check", "x\udcff.json"], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    assert checked.stdout.splitlines() == [
        "x\\udcff.json:1:52: error: achievements[0] 'a'.trigger.type: must be one of "
        '"metric", "streak", "api", "achievement", "anniversary", "points", "level", not ["metric"]',
        "x\\udcff.json:1:73: error: achievements[0] 'a'.name: must be text that UTF-8 can write, without NUL, "
        'not "\\ud800"',
        "x\\udcff.json: 2 errors, no warnings",
    ]


def test_several_files_and_standard_input_are_checked_together(run):
    Path("odd.toml").write_text("[[streaks]]\nkey = 'daily'\n")
    found = run("check", "rules.toml", "odd.toml", "-", stdin='{"metrics": [{"key": "a", "nam": "A"}]}')
    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "rules.toml: no errors, no warnings",
        "odd.toml:1:1: warning: streaks[0] 'daily'.metrics: a streak without metrics never starts; "
        "add at least one metric",
        "odd.toml: no errors, 1 warning",
        "<stdin>:1:27: error: metrics[0] 'a'.nam: unknown field 'nam'; did you mean 'name'?",
        "<stdin>: 1 error, no warnings",
    ]


def test_a_file_that_cannot_be_read_does_not_hide_the_others(run):
    Path("bad.toml").write_text("metric = []\n")
    found = run("check", "missing.toml", "bad.toml", "rules.yaml")
    assert found.exit_code == 1
    assert "bad.toml:1:1: error: metric: unknown field" in found.output
    assert "missing.toml:1:1: error: the file cannot be read: No such file or directory; it is not" in found.output
    assert (
        "rules.yaml:1:1: error: the name of a rules file must end in .toml or .json, not rules.yaml\n" in found.output
    )


@pytest.mark.parametrize(
    ("words", "text", "status"),
    [
        ((), "metrics = []", 0),
        ((), '  {"metrics": []}', 0),
        ((), "\ufeffmetrics = []\r\n", 0),
        (("--language", "json"), '{"metrics": []}', 0),
        (("--language", "json"), "metrics = []", 1),
        (("--language", "yaml"), "metrics = []", 2),
    ],
)
def test_the_language_of_standard_input_is_given_or_found(run, words, text, status):
    assert run("check", "-", *words, stdin=text).exit_code == status


@pytest.mark.parametrize(
    ("content", "byte", "line", "column"),
    [
        (b"\xff", "0xff", 1, 1),
        (b"\xef\xbb\xbf[[metrics]]\r\nkey = 'a' # \xc3\xa9t\xe9\n", "0xe9", 2, 15),
        (b"# \xc3", "0xc3", 1, 3),
    ],
)
def test_a_file_that_is_not_utf_8_is_a_problem_at_its_first_bad_byte(run, content, byte, line, column):
    message = f"it is not UTF-8 text (byte {byte} at line {line}, column {column}); save it as UTF-8"
    Path("bad.toml").write_bytes(content)
    for name, file in (("-", "<stdin>"), ("bad.toml", "bad.toml")):
        found = run("check", name, stdin=content)
        assert found.exit_code == 1
        assert found.output.splitlines() == [
            f"{file}:{line}:{column}: error: the file cannot be read: {message}",
            f"{file}: 1 error, no warnings",
        ]
    [problem] = json.loads(run("check", "bad.toml", "--format", "json").stdout)
    assert (problem["line"], problem["column"], problem["severity"]) == (line, column, "error")
    with pytest.raises(TrophyError, match=re.escape(f"cannot read bad.toml: {message}")):
        Ruleset.load("bad.toml")


def test_a_file_that_cannot_be_read_is_a_problem_for_programs(run):
    found = run("check", "nope.toml", "gti", "rules.toml", "--format", "json")
    assert found.exit_code == 1
    missing, misspelt = json.loads(found.stdout)
    assert missing["message"].startswith(
        "the file cannot be read: No such file or directory; it is not in the folder /"
    )
    assert {**missing, "message": ""} == {
        "file": "nope.toml",
        "line": 1,
        "column": 1,
        "severity": "error",
        "path": "",
        "key": None,
        "message": "",
    }
    assert misspelt["message"] == (
        "the name of a rules file must end in .toml or .json, not gti; did you mean 'git'? bundled rules: 'git'"
    )


def test_the_language_is_given_for_a_file_with_another_ending(run):
    Path("rules.conf").write_text("metrics = []")
    assert run("check", "rules.conf").exit_code == 1
    assert run("check", "rules.conf", "--language", "toml").exit_code == 0


def test_programs_read_the_problems_as_json(run):
    Path("bad.toml").write_text('[[metrics]]\nkey = "a"\nnam = "é"\n[points]\n')
    found = run("check", "rules.toml", "bad.toml", "--format", "json")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == [
        {
            "file": "bad.toml",
            "line": 3,
            "column": 1,
            "severity": "error",
            "path": "metrics[0].nam",
            "key": "a",
            "message": "unknown field 'nam'; did you mean 'name'?",
        },
        {
            "file": "bad.toml",
            "line": 4,
            "column": 1,
            "severity": "error",
            "path": "points",
            "key": None,
            "message": "write [[points]], with two brackets: there may be several",
        },
        {
            "file": "bad.toml",
            "line": 4,
            "column": 1,
            "severity": "error",
            "path": "points[0]",
            "key": None,
            "message": "the field 'key' is missing",
        },
    ]
    assert run("check", "rules.toml", "--format", "json").stdout == "[]\n"
    assert run("check", "rules.toml", "--format", "xml").exit_code == 2


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "a.toml",
            "[[streaks]]\nkey = 'daily'\nfrequency = daily\n",
            'a.toml:3:13: error: the rules are not valid TOML: invalid value; write "daily", in quotes',
        ),
        (
            "a.toml",
            "[notifications]\n[notifications]\n",
            "a.toml:2:1: error: the rules are not valid TOML: cannot declare [notifications] twice",
        ),
        (
            "a.toml",
            "[streak\n",
            "a.toml:1:8: error: the rules are not valid TOML: expected ']' at the end of a table declaration",
        ),
        (
            "a.json",
            '{"metrics": [],\n "streak": }',
            "a.json:2:12: error: the rules are not valid JSON: expecting value",
        ),
    ],
)
def test_a_fault_of_syntax_has_its_place(run, name, text, line):
    Path(name).write_text(text)
    assert run("check", name).output.splitlines()[0] == line
