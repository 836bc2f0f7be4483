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
def test_a_sweep_prints_only_observed_lengths(run, days, seven, thirty):
    rules = Path("rules.toml").read_text()
    Path("weekly.toml").write_text(rules.replace("[streak]", '[streak]\nfrequency = "weekly"'))
    words = ("--users", "50", "--days", days, "--seed", "1", "--vary", "points[xp].maximum=9")
    [*_, row] = [line for line in run("simulate", "weekly.toml", *words).output.splitlines() if " maximum" in line]
    shares = re.findall(r"not observed|\d+\.\d %", row)
    assert [share != "not observed" for share in shares] == [seven, thirty]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--vary", "streak.freezes"), "--vary takes PATH=VALUES"),
        (("--vary", "streak.freezes.max_count=0..1000000000"), "--vary tries at most 1,000 values"),
        (("--vary", f"streak.freezes.max_count=0..{'9' * 5000}"), "--vary tries at most 1,000 values"),
        (("--vary", "streak.freezes.max_count=0,-1"), "max_count = -1"),
        (("--start", "soon"), "--start must be a date, for example 2025-04-02, not 'soon'"),
        (("--like", "none.csv"), "cannot read none.csv"),
    ],
)
def test_simulate_reports_invalid_arguments(run, words, message):
    done = run("simulate", "rules.toml", *words)
    assert done.exit_code == 1
    assert message in done.output


def test_bad_rows_of_the_log_of_a_population_are_reported(run):
    done = run("simulate", "rules.toml", "--like", "log.csv", "--users", "2", "--days", "9")
    assert done.exit_code == 0
    assert "skipped log.csv:4: at must be an ISO 8601 datetime" in done.output
