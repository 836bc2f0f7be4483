"""trophy-engine simulate: populations, drawn or from a log, and sweeps."""

import re
from pathlib import Path

import pytest


def test_simulate_prints_a_summary_and_writes_files(run):
    done = run("simulate", "rules.toml", "--users", "30", "--days", "40", "--seed", "7", "--out", "out")
    assert done.exit_code == 0
    assert "The first" in done.output
    assert done.output == run("simulate", "rules.toml", "--users", "30", "--days", "40", "--seed", "7").output
    assert {"users.csv", "survival.csv", "survival.png", "points.png"} <= {path.name for path in Path("out").iterdir()}


def test_simulate_writes_tables_as_parquet(run):
    words = ("simulate", "rules.toml", "--users", "9", "--days", "20", "--out", "out", "--table-format", "parquet")
    assert run(*words).exit_code == 0
    assert {"users.parquet", "survival.parquet", "survival.png"} <= {path.name for path in Path("out").iterdir()}
    assert run(*words, "--vary", "streaks.daily.freezes.max_count=1,2").exit_code == 0
    assert Path("out/sweep.parquet").exists()
    assert list(Path("out").glob("*.csv")) == []


@pytest.mark.parametrize("vary", [(), ("--vary", "points[xp].maximum=1,2")])
def test_a_simulation_without_events_is_reported(run, vary):
    words = ("--users", "1", "--days", "1", "--seed", "1", *vary, "--out", "out", "--report", "out.html")
    done = run("simulate", "rules.toml", *words)
    assert done.exit_code == 0
    assert done.output.startswith("0 ")
    assert "not observed" in done.output
    assert "None" not in Path("out.html").read_text()


def test_simulate_varies_rules_for_a_population_from_a_log(run):
    words = ("--like", "log.csv", "--value-column", "n", "--users", "20", "--days", "60", "--workers", "2")
    done = run("simulate", "rules.toml", *words, "--vary", "streaks.daily.freezes.max_count=0..2", "--out", "out")
    assert done.exit_code == 0
    table = done.output.partition("Longest streak, in days")[2].splitlines()
    assert table[2].split() == ["max_count", "mean", "difference"]
    assert [line.split()[0] for line in table[4:7]] == ["0", "1", "2"]
    assert Path("out/sweep.csv").read_text().startswith("rules,measure,label,mean,low,high,difference")
    assert Path("out/sweep.png").exists()
    named = run(
        "simulate", "rules.toml", "--users", "5", "--days", "9", "--vary", "streaks.daily.frequency=daily,weekly"
    )
    assert re.search(r"frequency +mean +difference", named.output)
    assert re.search(r"\n weekly ", named.output)


@pytest.mark.parametrize(("days", "seven", "thirty"), [("21", False, False), ("90", True, False), ("365", True, True)])
def test_a_sweep_prints_only_observed_lengths(run, days, seven, thirty):
    rules = Path("rules.toml").read_text()
    Path("weekly.toml").write_text(rules.replace('key = "daily"', 'key = "daily"\nfrequency = "weekly"'))
    words = ("--users", "50", "--days", days, "--seed", "1", "--vary", "points[xp].maximum=9")
    [*_, row] = [line for line in run("simulate", "weekly.toml", *words).output.splitlines() if line.startswith(" 9 ")]
    shares = re.findall(r"not observed|\d+\.\d %", row)
    assert [share != "not observed" for share in shares] == [seven, thirty]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--vary", "streaks.daily.freezes"), "--vary takes PATH=VALUES"),
        (("--vary", "streaks.daily.freezes.max_count=0..1000000000"), "--vary tries at most 1,000 values"),
        (
            ("--vary", "streaks.daily.freezes.max_count=0..1000000000"),
            "0..1000000000 has 1,000,000,001; use a step, as in 0..1000000000..1001002",
        ),
        (("--vary", f"streaks.daily.freezes.max_count=0..{'9' * 5000}"), "--vary tries at most 1,000 values"),
        (
            ("--vary", "streaks.daily.freezes.max_count=0..1e18"),
            "--vary tries at most 1,000 values of a range of integers",
        ),
        (("--vary", "streaks.daily.freezes.max_count=0..0.5"), "not '0..0.5'; list other values, as in 0.5,1.5"),
        (("--vary", "streaks.daily.freezes.max_count=0..10..0"), "the step of --vary must be 1 or more, not 0"),
        (
            ("--vary", "streaks.daily.freezes.max_count=5..0"),
            "5..0 of --vary has no values; write the smaller bound first: 0..5",
        ),
        (
            ("--vary", "points[xp].maximum=1..999", "--vary", "streaks.daily.freezes.max_count=0..5"),
            "try fewer at a time",
        ),
        (("--vary", "points[xp].maximum=1", "--vary", "points[xp].maximum=2"), "--vary names points[xp].maximum twice"),
        (("--vary", "streaks.daily.freezes.max_count=0,-1"), "max_count = -1"),
        (("--start", "soon"), "--start must be a date, for example 2025-04-02, not 'soon'"),
        (("--like", "none.csv"), "cannot read none.csv"),
    ],
)
def test_simulate_reports_invalid_arguments(run, words, message):
    done = run("simulate", "rules.toml", *words)
    assert done.exit_code == 1
    assert message in done.output


def test_a_range_has_a_step(run):
    words = ("--users", "5", "--days", "9", "--vary", "points[xp].maximum=10..30..10")
    table = run("simulate", "rules.toml", *words).output.partition("Longest streak, in days")[2].splitlines()
    assert [line.split()[0] for line in table[4:7]] == ["10", "20", "30"]


def test_a_sweep_over_two_paths_has_a_column_for_each_and_none_of_what_the_rules_lack(run):
    rules = Path("rules.toml").read_text()
    Path("two.toml").write_text(rules + '[[points]]\nkey = "gems"\n')
    words = ("--vary", "points[xp].maximum=5,9", "--vary", "points[gems].maximum=5,9")
    output = run("simulate", "two.toml", "--users", "5", "--days", "9", *words).output
    table = output.partition("Points: xp")[2].splitlines()
    assert table[2].split() == ["points[xp].maximum", "points[gems].maximum", "mean", "difference"]
    assert [line.split()[:2] for line in table[4:8]] == [["5", "5"], ["5", "9"], ["9", "5"], ["9", "9"]]
    assert "freezes" not in output.lower()


def test_bad_rows_of_the_log_of_a_population_are_reported(run):
    done = run("simulate", "rules.toml", "--like", "log.csv", "--users", "2", "--days", "9")
    assert done.exit_code == 0
    assert "skipped log.csv:4: at must be an ISO 8601 datetime" in done.output


def test_a_sweep_prints_the_lengths_of_every_streak(run):
    rules = Path("rules.toml").read_text()
    Path("two.toml").write_text(
        rules + '[[streaks]]\nkey = "weekly"\nfrequency = "weekly"\nmetrics = [{ key = "words" }]\n'
    )
    words = ("--users", "9", "--days", "21", "--seed", "1", "--vary", "points[xp].maximum=9,10", "--out", "out")
    done = run("simulate", "two.toml", *words)
    titles = [line.strip() for line in done.output.splitlines() if "streak" in line.lower()]
    assert titles == [
        "Longest daily streak, in days",
        "Share of users with a running daily streak",
        "Longest weekly streak, in weeks",
        "Share of users with a running weekly streak",
        "Streaks: the share that reaches a length: daily",
        "Streaks: the share that reaches a length: weekly",
    ]
    assert {"survival.csv", "survival-weekly.csv", "survival-weekly.png"} <= {
        path.name for path in Path("out").iterdir()
    }
