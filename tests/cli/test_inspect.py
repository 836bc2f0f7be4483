"""trophy-engine inspect: a table of columns, and commands to be pasted."""

import shlex
from pathlib import Path

import pytest
from exports import EXPORTS

from trophy_engine import Ruleset


@pytest.fixture
def inspect(run):
    for name, content in EXPORTS.items():
        Path(name).write_bytes(content)
    Path("rules.toml").unlink()
    return lambda *words: run("inspect", *words)


def test_inspect_prints_columns_and_commands(inspect):
    done = inspect("mixpanel.jsonl")
    assert done.exit_code == 0
    first, *_ = done.stdout.splitlines()
    assert first == "mixpanel.jsonl: 4 rows, 2 users, 3 events, from 2024-01-05T10:00:00Z to 2024-01-05T12:00:00Z"
    assert "left out: 1 event with a repeated key of --key-column" in done.stderr
    assert "properties.distinct_id" in done.stdout
    assert "instants, seconds since 1970" in done.stdout
    rules, command = done.stdout.partition("<<'RULES'\n")[2].split("RULES\n")
    assert [metric.key for metric in Ruleset.from_text(rules).metrics] == ["lesson-completed", "signed-up"]
    assert shlex.split(command) == [
        *("trophy-engine", "replay", "rules.toml", "mixpanel.jsonl"),
        *("--user-column", "properties.distinct_id", "--at-column", "properties.time"),
        *("--value-column", "properties.minutes"),
        *("--map", "Lesson Completed=lesson-completed", "--map", "Signed Up=signed-up"),
        *("--at-unit", "s", "--key-column", "properties.$insert_id"),
    ]


def test_what_is_not_known_is_said(inspect):
    done = inspect("activities.csv")
    assert "No column is named like a user; if one is, set it with --user-column" in done.stdout
    assert "The times are local times; set the zone that they are in with --tz." in done.stdout
    assert "--single-user me --at-column 'Activity Date' --tz UTC" in done.stdout
    assert "'distance=Distance#2'" in done.stdout


def test_options_of_the_file_are_used_and_proposed(inspect):
    Path("log.txt").write_bytes("user_id:at\nJörg:2024-01-05\n".encode("cp1252"))
    done = inspect("log.txt", "--delimiter", ":")
    assert done.exit_code == 0
    assert "--log-format csv --delimiter : --encoding cp1252" in done.stdout
    assert "--sheet Log" in inspect("reading.xlsx").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("missing.csv",), "error: cannot read missing.csv: No such file or directory"),
        (
            ("bad.csv",),
            "error: bad.csv has no column that looks like instants, times or dates; it has 'user_id' (text)",
        ),
        (("-",), "error: standard input can be read once only; inspect a file"),
        (("revlog.csv", "--sheet", "Log"), "error: --sheet is for excel, not for 'revlog.csv', which is read as csv"),
        (("reading.xlsx", "--sheet", "No"), "error: reading.xlsx has no sheet 'No' (--sheet); it has 'Members', 'Log'"),
        (("revlog.csv", "--encoding", "x"), "error: --encoding must be an encoding of text"),
        (("old.csv",), "error: nothing was evaluated: old.csv has no good row; bad rows: 1; the first: old.csv:2"),
    ],
)
def test_a_log_that_cannot_be_inspected_is_named_with_the_reason(inspect, words, message):
    Path("bad.csv").write_text("user_id\nann\n")
    Path("old.csv").write_text("user_id,at\nann,1704-01-01\n")
    done = inspect(*words)
    assert done.exit_code == 1
    assert message in done.stderr


def test_a_name_with_a_leading_dash_can_be_pasted(inspect):
    Path("-log.csv").write_text("user_id,at\nann,2024-01-05T10:00:00Z\n")
    assert "replay rules.toml ./-log.csv " in inspect("--", "-log.csv").stdout
