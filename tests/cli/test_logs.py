"""Options of logs: time zones, dates, columns, and rows that cannot be read."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from exports import workbook
from rich.progress import Progress

from trophy_engine import Metric, Ruleset
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import Logs, log_file_size, read_log
from trophy_engine.cli.progress import _ProgressCountColumn

LOCAL = "date,words\n2025-07-25T23:40,5\n2025-07-26T09:34,5\n2025-07-27,5\n"


def test_local_times_and_dates_are_read_in_the_given_zone(run):
    Path("log.csv").write_text(LOCAL)
    words = ("rules.toml", "log.csv", "--at-column", "date", "--value-column", "words")
    done = run("replay", *words, "--single-user", "me", "--tz", "Europe/Berlin", "--out", "out")
    assert done.exit_code == 0
    assert Path("out/users.csv").read_text().splitlines()[1].startswith("me,3,3,3,2025-07-25,")
    assert (
        "Friday 2025-07-25, Europe/Berlin"
        in run("explain", *words, "--user", "me", "--single-user", "me", "--tz", "Europe/Berlin").output
    )
    without = run("replay", *words, "--single-user", "me")
    assert without.exit_code == 1
    assert (
        "date must have an offset, as in 2025-04-02T10:00:00Z, or a time zone (--tz or --tz-column)" in without.output
    )


@pytest.mark.parametrize(
    ("until", "events"),
    [
        (("2025-07-24", "--tz", "Europe/Berlin"), 0),
        (("2025-07-25", "--tz", "Europe/Berlin"), 1),  # up to 21:59:59.999999 in UTC
        (("2025-07-26", "--tz", "Europe/Berlin"), 2),
        (("2025-07-26T09:33", "--tz", "Europe/Berlin"), 1),
        (("2025-07-26T09:34", "--tz", "Europe/Berlin"), 2),
        (("2025-07-26T07:34Z", "--tz", "Europe/Berlin"), 2),
        (("2025-07-26", "--tz", "America/New_York"), 2),
    ],
)
def test_a_log_is_evaluated_through_the_end_of_a_date(run, until, events):
    Path("log.csv").write_text(LOCAL)
    done = run("replay", "rules.toml", "log.csv", "--at-column", "date", "--single-user", "me", "--until", *until)
    assert done.exit_code == (0 if events else 1)
    assert (f", {events} event" if events else f"log.csv has no events up to --until {until[0]}") in done.output


def test_a_date_is_in_utc_without_a_zone(run):
    Path("log.csv").write_text("user_id,at\nann,2025-04-02T23:59:59Z\nann,2025-04-03T00:00:00Z\n")
    assert "1 user, 1 event" in run("replay", "rules.toml", "log.csv", "--until", "2025-04-02").output
    run("compare", "rules.toml", "rules.toml", "log.csv", "--until", "2025-04-02", "--out", "out")
    assert Path("out/compare.csv").read_text().splitlines()[1].startswith("ann,1,")


@pytest.mark.parametrize(
    "log", ["user_id,at\nann,06-01-24\nann,06-02-24\n", "user_id,at\n", "user_id,at\nann,2025-04-02\n"]
)
@pytest.mark.parametrize(
    "words",
    [
        ("replay", "rules.toml", "bad.csv", "--out", "out", "--report", "out.html"),
        ("compare", "rules.toml", "rules.toml", "bad.csv", "--out", "out", "--report", "out.html"),
        ("compare", "rules.toml", "rules.toml", "bad.csv", "--fail-on-loss"),
        ("simulate", "rules.toml", "--like", "bad.csv", "--users", "2", "--days", "2", "--out", "out"),
        ("explain", "rules.toml", "bad.csv", "--user", "ann"),
    ],
    ids=lambda words: words[0],
)
def test_a_log_without_a_good_row_is_not_evaluated(run, log, words):
    Path("bad.csv").write_text(log)
    done = run(*words)
    assert done.exit_code == 1
    assert "error: nothing was evaluated: bad.csv has no " in done.output
    assert not Path("out").exists()
    assert not Path("out.html").exists()


def test_a_log_without_a_good_row_is_not_evaluated_by_several_processes(run):
    Path("bad.csv").write_text("user_id,at\nann,06-01-24\nann,06-02-24\n")
    done = run("replay", "rules.toml", "bad.csv", "--workers", "2")
    assert done.exit_code == 1
    assert "error: nothing was evaluated: bad.csv has no " in done.output


def test_many_bad_rows_are_counted_and_not_all_listed(run):
    Path("log.csv").write_text("user_id,at\n" + "ann,never\n" * 30)
    assert "… and 10 more bad rows" in run("replay", "rules.toml", "log.csv").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--value-column", "=1"),
            "--value-column takes the name of a column, not '=1'; for a value of all rows use --value 1",
        ),
        (
            ("--tz-column", "=UTC"),
            "--tz-column takes the name of a column, not '=UTC'; for a value of all rows use --tz UTC",
        ),
        (("--at-column", "=now"), "--at-column takes the name of a column, not '=now'"),
        (("--tz", "UTC", "--tz-column", "tz"), "--tz-column and --tz contradict each other; remove one"),
        (("--single-user", "ann", "--user-column", "user_id"), "--user-column and --single-user contradict each other"),
    ],
)
def test_a_column_and_a_value_of_all_rows_have_an_option_each(run, words, message):
    done = run("replay", "rules.toml", "log.csv", *words)
    assert done.exit_code == 1
    assert message in done.stderr


@pytest.mark.thorough
def test_progress_of_a_log_counts_its_bytes(run):
    Path("long.csv").write_text("user_id,at\n" + "ann,2025-04-02T10:00:00Z\n" * 25_000)
    size = Path("long.csv").stat().st_size
    columns = Columns(metric="=words")
    for workers, logs in ((1, 1), (1, 2), (2, 2)):
        calls = []
        log = Logs(tuple(read_log("long.csv", columns) for _ in range(logs)))
        replay(
            Ruleset(metrics=[Metric("words")]),
            log,
            workers=workers,
            on_progress=lambda *call, calls=calls: calls.append(call),
        )
        reading = [call[1:] for call in calls if call[0] == "reading"]
        assert {total for _, total in reading} == {logs * size}
        assert reading == sorted(reading)
        assert reading[-1][0] == logs * size
        assert calls[-1] == ("evaluating", logs * 25_000, logs * 25_000)


def test_the_size_of_standard_input_and_of_a_repository_is_not_known():
    assert log_file_size("no such file") is None
    assert Logs((iter(()),)).size() is None
    assert log_file_size(__file__) == Path(__file__).stat().st_size
    calls = []
    events = [Event(0, "ann", "words", 1)] * 3
    replay(Ruleset(metrics=[Metric("words")]), events, on_progress=lambda *call: calls.append(call))
    assert calls[0] == ("reading", 3, None)


def test_progress_is_a_percentage_where_the_total_is_known():
    column = _ProgressCountColumn()
    for total, text in ((None, "1,500"), (6000, "25 %")):
        bar = Progress()
        bar.add_task("reading", total=total, completed=1500)
        [task] = bar.tasks
        assert column.render(task).plain == text


EVENTS = """\
name;ts;user;amount;id
Lesson Completed;1704448800;ann;1,5;a
Lesson Completed;1704535200;ann;2;b
Lesson Completed;1704535200;ann;2;b
Signed Up;1704448800;ben;;c
"""


def test_options_declare_how_a_log_is_read(run):
    Path("events.csv").write_text(EVENTS)
    words = ("--user-column", "user", "--at-column", "ts", "--metric-column", "name", "--map", "Lesson Completed=words")
    words += ("--value-column", "amount", "--decimal", ",", "--key-column", "id")
    done = run("replay", "rules.toml", "events.csv", *words, "--out", "out")
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "events.csv: the column 'ts' is read as seconds since 1970 (--at-unit s)",
        "left out: 1 event without a --map, 1 event with a repeated key of --key-column",
    ]
    assert Path("out/users.csv").read_text().splitlines()[1].startswith("ann,2,2,2,")
    for command in (
        ("explain", "rules.toml", "events.csv", "--user", "ann"),
        ("compare", "rules.toml", "rules.toml", "events.csv"),
    ):
        assert run(*command, *words).exit_code == 0
    like = run("simulate", "rules.toml", "--like", "events.csv", "--users", "2", "--days", "2", *words)
    assert "left out: 1 event without a --map" in like.stderr


def test_what_is_found_is_printed_once_with_several_processes(run):
    Path("events.csv").write_text("user_id,at\nann,1704448800\n")
    done = run("replay", "rules.toml", "events.csv", "events.csv", "--workers", "2")
    assert (done.exit_code, "1 user, 2 events" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--map", "words"), "--map takes NAME=KEY, not 'words'"),
        (("--map", "a=two words"), "each metric of --map must consist of ASCII letters"),
        (("--map", "a=b", "--map", "a=c"), "--map has 'a' twice; remove one"),
        (("--values", "=A"), "--values takes KEY=COLUMN, not '=A'"),
        (
            ("--values", "a=A", "--value-column", "n"),
            "--values has the metrics and values of all columns; remove --value-column",
        ),
        (("--value-map", "yes=one"), "each number of --value-map must be a number, not 'one'"),
        (("--where", "plan"), "--where takes COLUMN=TEXT, not 'plan'"),
        (("--default-value", "none"), "--default-value must be a number, not 'none'"),
        (("--at-format", "%H"), "--at-format must have a year, month and day"),
        (
            ("--at-unit", "s", "--at-format", "%d.%m.%Y"),
            "--at-unit is for numbers and --at-format for texts; set one of them",
        ),
        (("--delimiter", "::"), "--delimiter must be one character, or comma, semicolon, tab, pipe or space, not '::'"),
        (("--encoding", "klingon"), "--encoding must be an encoding of text"),
        (("--sheet", "Log"), "--sheet is for excel, not for 'log.csv', which is read as csv"),
        (("--key-column", "=x"), "--key-column takes the name of a column, not '=x'"),
        (("--user-column", "usr"), "log.csv has no column 'usr'; did you mean 'user_id'?"),
        (
            ("--where", "plan=free"),
            "log.csv has no column 'plan'; it has 'user_id', 'at', 'n'; set the column with --where, "
            "in Python with Columns(where=…)",
        ),
        (("--where", "user_id=nobody"), "log.csv has no events; left out: 3 rows without the text of --where"),
        (("--at-unit", "ms"), "bad rows: 3; the first: log.csv:2: at must be a number of milliseconds since 1970"),
    ],
)
def test_a_wrong_option_is_answered_in_words_of_the_command_line(run, words, message):
    done = run("replay", "rules.toml", "log.csv", *words)
    assert done.exit_code == 1
    assert message in done.stderr


def test_numbers_in_different_units_end_the_reading(run):
    Path("log.csv").write_text("user_id,at\nann,1704448800\nann,1704448800123\n")
    done = run("replay", "rules.toml", "log.csv", "--metric", "words")
    assert done.exit_code == 1
    assert "log.csv:3: the column 'at' has different units: 1704448800123 looks like milliseconds" in done.stderr
    assert "set --at-unit (s, ms, us, ns or excel)" in done.stderr


@pytest.mark.parametrize(
    ("until", "iso"),
    [
        ("22.03.2026", "2026-03-22"),
        ("01/02/2026", "2026-01-02 or 2026-02-01"),
        ("22.03.2026 10:30", "2026-03-22T10:30:00"),
    ],
)
def test_an_until_of_another_form_is_answered_with_its_iso_form(run, until, iso):
    done = run("replay", "rules.toml", "log.csv", "--until", until)
    assert done.exit_code == 1
    assert done.stderr == f"error: --until must be ISO 8601, not {until!r}; write {iso}\n"


UNUSED = [
    "the column 'route' is not used; add --attribute route",
    "the column 'value' is not used; add --value-column value",
]


@pytest.fixture
def routes(run):
    rules = Path("rules.toml").read_text()
    Path("routes.toml").write_text(f'attributes = [{{ key = "route", type = "event" }}]\n{rules}')
    rows = [
        {"user_id": "ann", "at": f"2025-04-0{day}T10:00:00Z", "value": day, "route": "5k", "other": 1} for day in (1, 2)
    ]
    Path("routes.csv").write_text("\n".join(",".join(map(str, row)) for row in (rows[0], *map(dict.values, rows))))
    Path("routes.jsonl").write_text("\n".join(map(json.dumps, rows)))
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, "routes.parquet", row_group_size=1)
    pyarrow.feather.write_feather(table, "routes.arrow")
    Path("routes.xlsx").write_bytes(workbook({"Log": [list(rows[0]), *(list(row.values()) for row in rows)]}))


@pytest.mark.usefixtures("routes")
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "arrow", "xlsx"])
def test_a_column_that_no_option_uses_is_noted_once(run, ending):
    log = f"routes.{ending}"
    notes = [f"{log}: {fact}" for fact in UNUSED]
    done = run("replay", "routes.toml", log)
    assert (done.exit_code, done.stderr.splitlines()) == (0, notes)
    assert run("compare", "rules.toml", "routes.toml", log).stderr.splitlines() == notes
    used = ("--value-column", "value", "--attribute", "route")
    assert run("replay", "routes.toml", log, *used).stderr == ""
    assert run("replay", "rules.toml", log, "--value", "1").stderr == ""
    assert run("replay", "routes.toml", log, "--values", "words=value", "--where", "route=5k").stderr == ""


@pytest.mark.usefixtures("routes")
def test_a_column_that_no_option_uses_is_noted_once_by_several_processes():
    for log in ("routes.csv", "routes.parquet"):
        command = [sys.executable, "-m", "trophy_engine", "replay", "routes.toml", log, "--workers", "2"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stderr.splitlines() == [f"{log}: {fact}" for fact in UNUSED]


@pytest.mark.parametrize(
    "words", [("--metric", "word"), ("--map", "Done=word"), ("--values", "word=n"), ("--metric", "word", "--strict")]
)
def test_a_metric_that_is_not_declared_is_refused_before_a_row_is_read(run, words):
    for command in (("replay", "rules.toml"), ("compare", "rules.toml", "rules.toml")):
        done = run(*command, "log.csv", *words)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == "error: unknown metric 'word'; did you mean 'words'? known: 'words'\n"


def test_a_metric_of_the_new_rules_alone_can_be_compared(run):
    rules = Path("rules.toml").read_text()
    Path("new.toml").write_text(rules.replace('{ key = "words" }', '{ key = "words" }, { key = "pages" }', 1))
    assert run("compare", "rules.toml", "new.toml", "log.csv", "--metric", "pages").exit_code == 0
