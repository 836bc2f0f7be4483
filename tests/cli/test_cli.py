"""The command line, as somebody types it."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import trophy_engine
from trophy_engine.cli.app import app

LOG = "user_id,at,n\nann,2025-04-02T10:00:00Z,1\nann,2025-04-03T10:00:00Z,2\nben,never,1\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").write_text(
        'metrics = [{ key = "words" }]\n[streak]\nmetrics = [{ key = "words" }]\n'
        '[[achievements]]\nkey = "one"\nname = "The first"\n'
        'trigger = { type = "metric", metric = "words", value = 1 }\n'
        '[[points]]\nkey = "xp"\ntriggers = [{ type = "metric", metric = "words", points = 5 }]\n'
    )
    Path("log.csv").write_text(LOG)

    def call(*words, stdin=None):
        return CliRunner().invoke(app, words, input=stdin)

    return call


def test_the_version_is_that_of_the_package(run):
    shown = run("--version")
    assert (shown.exit_code, shown.output) == (0, f"trophy-engine {trophy_engine.__version__}\n")
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert trophy_engine.__version__ == declared["project"]["version"]


def test_check_tells_every_problem_and_its_status_says_which_kind(run):
    assert run("check", "rules.toml").exit_code == 0
    Path("bad.toml").write_text('metric = []\n[streak]\nmetrics = [{ key = "word" }]\n')
    bad = run("check", "bad.toml")
    assert bad.exit_code == 1
    assert bad.output.splitlines() == [
        "error: metric: is not a field here; did you mean 'metrics'?",
        "error: streak.metrics[0].key: unknown metric 'word'; declared: none",
        "bad.toml: 2 errors, no warnings",
    ]
    Path("odd.toml").write_text("[streak]\n")
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
        "error: achievements[0].trigger.type: must be one of 'metric', 'streak', 'api', 'achievement', 'anniversary', "
        "not ['metric']",
        "error: achievements[0].name: name must be text that UTF-8 can write, without NUL, not '\\ud800'",
        "x\\udcff.json: 2 errors, no warnings",
    ]


def test_schema_is_printed_or_written(run):
    printed = json.loads(run("schema").output)
    assert run("schema", "--out", "s.json").exit_code == 0
    assert json.loads(Path("s.json").read_text()) == printed


def test_replay_prints_a_summary(run):
    done = run("replay", "rules.toml", "log.csv", "--value", "n")
    assert done.exit_code == 0
    assert "1 user, 2 events, 1 skipped row" in done.output
    assert "The first" in done.output
    assert "log.csv:4: at must be an ISO 8601 instant" in done.output


def test_replay_reads_standard_input(run):
    done = run("replay", "rules.toml", "-", "--metric", "=words", "--value", "=10", stdin=LOG)
    assert done.exit_code == 0
    assert "100" in done.output


def test_compare_says_who_gains_and_who_loses(run):
    rules = Path("rules.toml").read_text()
    Path("better.toml").write_text(rules.replace("points = 5", "points = 6"))
    done = run("compare", "rules.toml", "better.toml", "log.csv", "--out", "out", "--fail-if-anyone-loses")
    assert done.exit_code == 0
    assert "xp: 1 of 1 user would have more points, 0 fewer; +2 in all." in done.output
    assert Path("out/compare.csv").read_text().splitlines()[1] == "ann,2,2,2,2,2,10,12,,"
    worse = run("compare", "better.toml", "rules.toml", "log.csv", "--fail-if-anyone-loses")
    assert worse.exit_code == 3
    assert run("compare", "better.toml", "rules.toml", "log.csv").exit_code == 0
    assert run("compare", "rules.toml", "none.toml", "log.csv").exit_code == 1


def test_simulate_prints_a_summary_and_writes_files(run):
    done = run("simulate", "rules.toml", "--users", "30", "--days", "40", "--seed", "7", "--out", "out")
    assert done.exit_code == 0
    assert "The first" in done.output
    assert done.output == run("simulate", "rules.toml", "--users", "30", "--days", "40", "--seed", "7").output
    assert {"users.csv", "survival.csv", "survival.png", "points.png"} <= {path.name for path in Path("out").iterdir()}


@pytest.mark.parametrize("vary", [(), ("--vary", "points[xp].maximum=1,2")])
def test_a_simulation_in_which_no_user_acts_is_told_as_such(run, vary):
    words = ("--users", "1", "--days", "1", "--seed", "1", *vary, "--out", "out", "--report", "out.html")
    done = run("simulate", "rules.toml", *words)
    assert done.exit_code == 0
    assert done.output.startswith("0 ")
    assert "not observed" in done.output
    assert "None" not in Path("out.html").read_text()


def test_simulate_varies_rules_for_people_like_those_of_a_log(run):
    words = ("--like", "log.csv", "--value", "n", "--users", "20", "--days", "60", "--workers", "2")
    done = run("simulate", "rules.toml", *words, "--vary", "streak.freezes.max_count=0..2", "--out", "out")
    assert done.exit_code == 0
    assert [line.split("  ")[0].strip() for line in done.output.splitlines() if " max_count" in line][:3] == [
        "max_count = 0",
        "max_count = 1",
        "max_count = 2",
    ]
    assert Path("out/sweep.csv").read_text().startswith("rules,measure,mean,low,high,difference")
    assert Path("out/sweep.png").exists()
    named = run("simulate", "rules.toml", "--users", "5", "--days", "9", "--vary", "streak.frequency=daily,weekly")
    assert "frequency = weekly" in named.output


@pytest.mark.parametrize(("days", "seven", "thirty"), [("21", False, False), ("90", True, False), ("365", True, True)])
def test_a_sweep_tells_no_length_that_was_not_observed(run, days, seven, thirty):
    rules = Path("rules.toml").read_text()
    Path("weekly.toml").write_text(rules.replace("[streak]", '[streak]\nfrequency = "weekly"'))
    words = ("--users", "50", "--days", days, "--seed", "1", "--vary", "points[xp].maximum=9")
    [*_, row] = [line for line in run("simulate", "weekly.toml", *words).output.splitlines() if " maximum" in line]
    shares = re.findall(r"not observed|\d+\.\d %", row)
    assert [share != "not observed" for share in shares] == [seven, thirty]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--vary", "streak.freezes"), "--vary takes PATH=VALUES"),
        (("--vary", "streak.freezes.max_count=0..1000000000"), "--vary tries at most 1,000 values"),
        (("--vary", f"streak.freezes.max_count=0..{'9' * 5000}"), "--vary tries at most 1,000 values"),
        (("--vary", "streak.freezes.max_count=0,-1"), "max_count = -1"),
        (("--start", "soon"), "--start must be a date such as 2025-04-02, not 'soon'"),
        (("--like", "none.csv"), "cannot read none.csv"),
    ],
)
def test_simulate_says_what_is_wrong(run, words, told):
    done = run("simulate", "rules.toml", *words)
    assert done.exit_code == 1
    assert told in done.output


def test_reports_are_pages(run):
    Path("better.toml").write_text(Path("rules.toml").read_text().replace("points = 5", "points = 6"))
    small = ("--users", "9", "--days", "20")
    for words, title in (
        (("replay", "rules.toml", "log.csv"), "Replay under rules.toml"),
        (("compare", "rules.toml", "better.toml", "log.csv"), "Comparison of rules.toml and better.toml"),
        (("simulate", "rules.toml", *small), "Simulation under rules.toml"),
        (
            ("simulate", "rules.toml", *small, "--vary", "points[xp].maximum=10,20"),
            "Simulation under variations of rules.toml",
        ),
    ):
        assert run(*words, "--report", "report.html").exit_code == 0
        assert f"<h1>{title}</h1>" in Path("report.html").read_text()


def test_explain_tells_a_story_day_by_day_with_a_calendar(run):
    log = "user_id,at,n,tz\nann,2025-04-02T22:30:00Z,1,Europe/Berlin\nann,2025-04-04T10:00:00Z,2,Europe/Berlin\n"
    Path("log.csv").write_text(log + "ben,2025-04-05T10:00:00Z,1,UTC\nann,never,1,UTC\nann,2025-04-05T10:00:00Z,x,\n")
    done = run("explain", "rules.toml", "log.csv", "--value", "n", "--tz", "tz", "--user", "ann")
    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if not line.startswith("skipped")] == [
        "Thursday 2025-04-03, Europe/Berlin (+02:00)",
        "  words: 1",
        "  the user was created, in the time zone Europe/Berlin",
        "  a streak started: the day of Thursday 2025-04-03 is credited",
        "  'one' was completed: words went from 0 to 1, reaching the threshold of 1",
        "  xp +5 = 5, for words: 5",
        "",
        "Friday 2025-04-04, Europe/Berlin (+02:00)",
        "  words: 2",
        "  the streak grew to 2 days: Friday 2025-04-04 is credited",
        "  xp +10 = 15, for words: 2 × 5 = 10",
        "",
        "2025",
        "Mon",
        "Tue",
        "Wed",
        "Thu  █",
        "Fri  █",
        "Sat",
        "Sun",
        "     █ credited   · idle",
        "",
        "ann has a streak of 2 days.",
        "It is Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).",
        "This day is not credited yet: words 0 of 1.",
        "Activity by the end of Saturday 2025-04-05 keeps it.",
    ]
    words = ("--value", "n", "--tz", "tz", "--user", "ann")
    early = run("explain", "rules.toml", "log.csv", *words, "--to", "2025-04-03", "--from", "2025-04-03").output
    assert "Friday" in early.splitlines()[-1]
    assert "words: 2" not in early
    one = run("explain", "rules.toml", "log.csv", *words, "--achievement", "one")
    assert ("ann has 'one': it was completed on Thursday 2025-04-03 00:30:00") in one.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--user", "cyd"), "unknown user 'cyd': log.csv has no event of that user"),
        (("--user", "an"), "did you mean 'ann'?"),
        (
            ("--user", "ann", "--to", "0001-01-01"),
            "--to 0001-01-01 is before the first day of the user 'ann', 2025-04-02",
        ),
        (("--user", "ann", "--metric", "=word"), "the rules refuse every event of the user 'ann'"),
        (("--user", "ann", "--from", "soon"), "--from must be a date"),
        (("--user", "ann", "--achievement", "two"), "unknown achievement 'two'"),
    ],
)
def test_explain_says_what_is_wrong(run, words, told):
    done = run("explain", "rules.toml", "log.csv", *words)
    assert done.exit_code == 1
    assert told in done.output


def test_replay_stops_where_it_is_told_to(run):
    strict = run("replay", "rules.toml", "log.csv", "--strict", "--out", "out")
    assert strict.exit_code == 1
    assert not Path("out").exists()
    assert run("replay", "rules.toml", "log.csv", "--max-errors", "1").exit_code == 0
    early = run("replay", "rules.toml", "log.csv", "--until", "2025-04-02T12:00:00Z", "--out", "out")
    assert "1 user, 1 event" in early.output
    assert Path("out/users.csv").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rules.toml",), "no event log; name a file"),
        (("missing.toml", "log.csv"), "cannot read missing.toml"),
        (("rules.toml", "log.csv", "--user", "usr"), "has no column 'usr'; did you mean 'user_id'?"),
        (("rules.toml", "log.csv", "--until", "soon"), "--until must be an ISO 8601 instant"),
        (
            ("rules.toml", "log.csv", "--until", "2025-04-02T10:00"),
            "--until must have an offset, as in 2025-04-02T10:00Z",
        ),
        (("rules.toml", "log.csv", "--until", "9999-12-31"), "--until must lie in the years 1900 to 2199"),
        (("rules.toml", "log.csv", "--until", "2025-04-02", "--tz", "=Mars"), "unknown time zone 'Mars'"),
        (("bad.toml", "log.csv"), "bad.toml has errors"),
    ],
)
def test_replay_says_what_is_wrong(run, words, told):
    Path("bad.toml").write_text("metric = []\n")
    done = run("replay", *words)
    assert done.exit_code == 1
    assert told in done.output


LOCAL = "date,words\n2025-07-25T23:40,5\n2025-07-26T09:34,5\n2025-07-27,5\n"


def test_local_times_and_dates_are_read_in_the_zone_that_is_given(run):
    Path("log.csv").write_text(LOCAL)
    words = ("rules.toml", "log.csv", "--at", "date", "--value", "words")
    done = run("replay", *words, "--user", "=me", "--tz", "=Europe/Berlin", "--out", "out")
    assert done.exit_code == 0
    assert Path("out/users.csv").read_text().splitlines()[1].startswith("me,3,3,3,2025-07-25,")
    assert (
        "Friday 2025-07-25, Europe/Berlin"
        in run("explain", *words, "--user", "me", "--user-column", "=me", "--tz", "=Europe/Berlin").output
    )
    without = run("replay", *words, "--user", "=me")
    assert without.exit_code == 1
    assert "date must have an offset, as in 2025-04-02T10:00:00Z, or a time zone (--tz)" in without.output


@pytest.mark.parametrize(
    ("until", "events"),
    [
        (("2025-07-24", "--tz", "=Europe/Berlin"), 0),
        (("2025-07-25", "--tz", "=Europe/Berlin"), 1),  # up to 21:59:59.999999 in UTC
        (("2025-07-26", "--tz", "=Europe/Berlin"), 2),
        (("2025-07-26T09:33", "--tz", "=Europe/Berlin"), 1),
        (("2025-07-26T09:34", "--tz", "=Europe/Berlin"), 2),
        (("2025-07-26T07:34Z", "--tz", "=Europe/Berlin"), 2),
        (("2025-07-26", "--tz", "=America/New_York"), 2),
    ],
)
def test_a_log_is_evaluated_through_the_end_of_a_date(run, until, events):
    Path("log.csv").write_text(LOCAL)
    done = run("replay", "rules.toml", "log.csv", "--at", "date", "--user", "=me", "--until", *until)
    assert done.exit_code == (0 if events else 1)
    assert (f", {events} event" if events else f"log.csv has no events up to --until {until[0]}") in done.output


def test_a_date_is_of_utc_where_no_zone_is_given(run):
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
        ("replay", "rules.toml", "bad.csv", "--workers", "2"),
        ("compare", "rules.toml", "rules.toml", "bad.csv", "--out", "out", "--report", "out.html"),
        ("compare", "rules.toml", "rules.toml", "bad.csv", "--fail-if-anyone-loses"),
        ("simulate", "rules.toml", "--like", "bad.csv", "--users", "2", "--days", "2", "--out", "out"),
        ("explain", "rules.toml", "bad.csv", "--user", "ann"),
    ],
    ids=lambda words: words[0],
)
def test_a_log_of_which_nothing_can_be_read_is_not_evaluated(run, log, words):
    Path("bad.csv").write_text(log)
    done = run(*words)
    assert done.exit_code == 1
    assert "error: nothing was evaluated: bad.csv has no " in done.output
    assert not Path("out").exists()
    assert not Path("out.html").exists()


def test_bad_rows_of_a_log_to_simulate_after_are_reported(run):
    done = run("simulate", "rules.toml", "--like", "log.csv", "--users", "2", "--days", "9")
    assert done.exit_code == 0
    assert "skipped log.csv:4: at must be an ISO 8601 instant" in done.output


def test_many_bad_rows_are_counted_and_not_all_listed(run):
    Path("log.csv").write_text("user_id,at\n" + "ann,never\n" * 30)
    assert "… and 10 more bad rows" in run("replay", "rules.toml", "log.csv").output


def test_replay_reads_a_history(run):
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        pytest.skip("these tests do not run in a repository")
    done = run("replay", "git", "--git", str(root))
    assert done.exit_code == 0
    assert "Hello, world" in done.output


def test_without_its_extra_the_command_line_says_how_to_get_it():
    code = "import sys; sys.modules['typer'] = None; from trophy_engine.cli import main; main()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 1
    assert "pip install 'trophy-engine[cli]'" in done.stderr
