"""trophy-engine replay: a summary, files, and errors of a call."""

import re
from pathlib import Path

import pytest


def test_replay_prints_a_summary(run):
    done = run("replay", "rules.toml", "log.csv", "--value-column", "n")
    assert done.exit_code == 0
    assert "1 user, 2 events, 1 skipped row" in done.output
    assert "The first" in done.output
    assert "log.csv:4: at must be an ISO 8601 datetime" in done.output


@pytest.mark.thorough
def test_replay_of_bundled_rules_without_a_log_evaluates_the_bundled_log(run):
    done = run("replay", "git", "--out", "out")
    assert done.exit_code == 0
    assert "evaluating the log that comes with the rules git: commits to rails/rails since 2024" in done.output
    assert "958 users, 9,166 events, 0 skipped rows" in done.output
    assert re.search(r"Contributor +20 +269 +28\.1 %", done.output)
    assert re.search(r"u01486 .* Legend ", done.output)
    assert len(Path("out/users.csv").read_text().splitlines()) == 959


def test_replay_writes_the_formats_that_are_asked_for(run):
    words = ("replay", "rules.toml", "log.csv", "--out", "out")
    assert run(*words, "--effects", "none").exit_code == 0
    assert {path.name for path in Path("out").iterdir()} == {"users.csv"}
    assert run(*words, "--effects", "parquet", "--table-format", "parquet").exit_code == 0
    assert {path.name for path in Path("out").iterdir()} == {"users.csv", "users.parquet", "effects.parquet"}
    assert run(*words, "--effects", "xlsx").exit_code == 2


def test_the_bundled_log_can_be_named_as_a_log(run):
    Path("commits.toml").write_text(
        'metrics = [{ key = "commits" }]\nattributes = [{ key = "kind", type = "event" }]\n'
    )
    assert run("replay", "commits.toml", "git").output.startswith("958 users, 9,166 events, 0 skipped rows")
    Path("git").write_text("user_id,at\nann,2025-04-02T10:00:00Z\n")
    assert run("replay", "commits.toml", "git", "--log-format", "csv").output.startswith("1 user, 1 event")


def test_a_log_that_is_given_takes_precedence_over_the_bundled_one(run):
    Path("own.csv").write_text("user_id,at\nann,2025-04-02T10:00:00Z\n")
    assert run("replay", "git", "own.csv").output.startswith("1 user, 1 event")


def test_replay_reads_standard_input(run):
    done = run("replay", "rules.toml", "-", "--metric", "words", "--value", "10", stdin=Path("log.csv").read_text())
    assert done.exit_code == 0
    assert "100" in done.output


DERIVED = """
metrics = [
    { key = "laps" },
    { key = "best", source = "laps", aggregate = "min", event_value = { at_least = 60 } },
    { key = "today", source = "laps", window = "day" },
]
"""


def test_replay_writes_the_totals_of_derived_metrics(run):
    Path("laps.toml").write_text(DERIVED)
    Path("laps.csv").write_text(
        "user_id,at,seconds\nann,2025-04-01T10:00:00Z,64.5\nann,2025-04-02T10:00:00Z,71\nben,2025-04-02T11:00:00Z,50\n"
    )
    done = run("replay", "laps.toml", "laps.csv", "--value-column", "seconds", "--out", "out")
    assert "2 users, 3 events, 0 skipped rows" in done.output
    header, *rows = (line.split(",") for line in Path("out/users.csv").read_text().splitlines())
    totals = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert [[totals[user][f"metric:{key}"] for key in ("laps", "best", "today")] for user in ("ann", "ben")] == [
        ["135.5", "64.5", "71.0"],
        ["50.0", "", "50.0"],
    ]


def test_replay_names_the_metric_to_record_in_place_of_a_derived_one(run):
    Path("laps.toml").write_text(DERIVED)
    Path("laps.csv").write_text("user_id,at,metric\nann,2025-04-01T10:00:00Z,best\nann,2025-04-01T11:00:00Z,laps\n")
    done = run("replay", "laps.toml", "laps.csv", "--metric-column", "metric")
    assert "1 user, 1 event, 1 skipped row" in done.output
    assert "laps.csv:2: metric 'best' is derived from 'laps'; record that" in done.output
    mapped = run(
        "replay", "laps.toml", "laps.csv", "--metric-column", "metric", "--map", "best=laps", "--map", "laps=laps"
    )
    assert "1 user, 2 events, 0 skipped rows" in mapped.output


def test_replay_stops_at_a_limit_of_errors_or_time(run):
    strict = run("replay", "rules.toml", "log.csv", "--strict", "--out", "out")
    assert strict.exit_code == 1
    assert not Path("out").exists()
    assert run("replay", "rules.toml", "log.csv", "--max-errors", "1").exit_code == 0
    early = run("replay", "rules.toml", "log.csv", "--until", "2025-04-02T12:00:00Z", "--out", "out")
    assert "1 user, 1 event" in early.output
    assert Path("out/users.csv").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rules.toml",), "no event log; name a file"),
        (("missing.toml", "log.csv"), "cannot read missing.toml"),
        (("rules.toml", "log.csv", "--user-column", "usr"), "has no column 'usr'; did you mean 'user_id'?"),
        (("rules.toml", "log.csv", "--until", "soon"), "--until must be an ISO 8601 datetime"),
        (
            ("rules.toml", "log.csv", "--until", "2025-04-02T10:00"),
            "--until must have an offset, as in 2025-04-02T10:00Z",
        ),
        (("rules.toml", "log.csv", "--until", "9999-12-31"), "--until must lie in the years 1900 to 2199"),
        (("rules.toml", "log.csv", "--until", "2025-04-02", "--tz", "Mars"), "unknown time zone 'Mars'"),
        (("bad.toml", "log.csv"), "bad.toml has errors"),
        (
            ("rules.toml", "log.csv", "--value-column", "n", "--out", "log.csv"),
            "error: cannot write into --out log.csv: it is a file; name a folder\n",
        ),
    ],
)
def test_replay_reports_invalid_arguments(run, words, message):
    Path("bad.toml").write_text("metric = []\n")
    done = run("replay", *words)
    assert done.exit_code == 1
    assert message in done.output


def test_replay_reads_a_history(run):
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        pytest.skip("these tests do not run in a repository")
    done = run("replay", "git", "--git", str(root))
    assert done.exit_code == 0
    assert "Hello, world" in done.output
