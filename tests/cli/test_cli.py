"""The command line, as somebody types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

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
    assert "1 users, 2 events, 1 skipped rows" in done.output
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
    assert "xp: 1 of 1 users would have more points, 0 fewer; +2 in all." in done.output
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--vary", "streak.freezes"), "--vary takes PATH=VALUES"),
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
        (("replay", "rules.toml", "log.csv"), "What came of the log under rules.toml"),
        (("compare", "rules.toml", "better.toml", "log.csv"), "From rules.toml to better.toml"),
        (("simulate", "rules.toml", *small), "A simulation of rules.toml"),
        (("simulate", "rules.toml", *small, "--vary", "points[xp].maximum=10,20"), "Variations of rules.toml"),
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
        "  they were seen for the first time, in Europe/Berlin",
        "  a streak started: the day of Thursday 2025-04-03 is credited",
        "  'one' was completed: words went from 0 to 1, across the mark at 1",
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
    assert ("ann holds 'one': it was completed on Thursday 2025-04-03 00:30:00") in one.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--user", "cyd"), "unknown user 'cyd'"),
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
    assert "1 users, 1 events" in early.output
    assert Path("out/users.csv").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rules.toml",), "no events; give a log"),
        (("missing.toml", "log.csv"), "cannot read missing.toml"),
        (("rules.toml", "log.csv", "--user", "usr"), "has no column 'usr'; did you mean 'user_id'?"),
        (("rules.toml", "log.csv", "--until", "soon"), "--until must be an ISO 8601 instant"),
        (("bad.toml", "log.csv"), "bad.toml has errors"),
    ],
)
def test_replay_says_what_is_wrong(run, words, told):
    Path("bad.toml").write_text("metric = []\n")
    done = run("replay", *words)
    assert done.exit_code == 1
    assert told in done.output


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
