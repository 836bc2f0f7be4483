"""trophy-engine replay: a summary, files, and what is wrong with a call."""

from pathlib import Path

import pytest


def test_replay_prints_a_summary(run):
    done = run("replay", "rules.toml", "log.csv", "--value-column", "n")
    assert done.exit_code == 0
    assert "1 user, 2 events, 1 skipped row" in done.output
    assert "The first" in done.output
    assert "log.csv:4: at must be an ISO 8601 datetime" in done.output


def test_replay_reads_standard_input(run):
    done = run("replay", "rules.toml", "-", "--metric", "words", "--value", "10", stdin=Path("log.csv").read_text())
    assert done.exit_code == 0
    assert "100" in done.output


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
        (("rules.toml", "log.csv", "--user-column", "usr"), "has no column 'usr'; did you mean 'user_id'?"),
        (("rules.toml", "log.csv", "--until", "soon"), "--until must be an ISO 8601 datetime"),
        (
            ("rules.toml", "log.csv", "--until", "2025-04-02T10:00"),
            "--until must have an offset, as in 2025-04-02T10:00Z",
        ),
        (("rules.toml", "log.csv", "--until", "9999-12-31"), "--until must lie in the years 1900 to 2199"),
        (("rules.toml", "log.csv", "--until", "2025-04-02", "--tz", "Mars"), "unknown time zone 'Mars'"),
        (("bad.toml", "log.csv"), "bad.toml has errors"),
    ],
)
def test_replay_says_what_is_wrong(run, words, told):
    Path("bad.toml").write_text("metric = []\n")
    done = run("replay", *words)
    assert done.exit_code == 1
    assert told in done.output


def test_replay_reads_a_history(run):
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        pytest.skip("these tests do not run in a repository")
    done = run("replay", "git", "--git", str(root))
    assert done.exit_code == 0
    assert "Hello, world" in done.output
