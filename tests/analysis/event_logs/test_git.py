"""The history of a repository is a log of commits."""

import os
import subprocess

import pytest

from trophy_engine import (
    Ruleset,
    TrophyError,
)
from trophy_engine.analysis.event_logs.git import read_history
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.rules import bundled


def git(path, *words, **env):
    subprocess.run(["git", "-C", str(path), *words], check=True, capture_output=True, env={**os.environ, **env})


def commit(path, who, when):
    author = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": who, "GIT_AUTHOR_DATE": when}
    committer = {"GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "c", "GIT_COMMITTER_DATE": "2025-06-01T00:00:00Z"}
    git(path, "commit", "--allow-empty", "-m", "a\nb", **author, **committer)


def test_a_history_is_read_by_author_instant_and_offset(tmp_path):
    git(tmp_path, "init", "-b", "main")
    commit(tmp_path, "ann@example.org", "2025-04-02T23:30:00+0900")
    git(tmp_path, "checkout", "-b", "side")
    commit(tmp_path, "zoë@example.org", "2025-04-01T12:00:00Z")
    git(tmp_path, "checkout", "main")
    commit(tmp_path, "ann@example.org", "2025-04-03T00:30:00+0900")
    git(tmp_path, "-c", "user.name=m", "-c", "user.email=m@example.org", "merge", "--no-ff", "-m", "merge", "side")
    rows = list(read_history(str(tmp_path)))
    assert sorted({(row.user_id, row.time_zone, row.attributes) for row in rows if row.user_id[0] != "m"}) == [
        ("ann@example.org", "+09:00", (("kind", "commit"),)),
        ("zoë@example.org", "+00:00", (("kind", "commit"),)),
    ]
    result = replay(Ruleset.load(bundled.rules_path("git")), rows)
    streaks = {player.id: player.streak.longest for player in result.players()}
    assert streaks == {"ann@example.org": 2, "m@example.org": 1, "zoë@example.org": 1}
    assert [dict(row.attributes) for row in rows if row.user_id == "m@example.org"] == [{"kind": "merge"}]


def test_a_path_without_a_repository_is_named(tmp_path):
    with pytest.raises(TrophyError, match=r"cannot read the history of .*not a git repository"):
        list(read_history(str(tmp_path)))


def test_without_git_the_error_has_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrophyError, match=r"cannot run git: .*; install it, or use an event log"):
        list(read_history(str(tmp_path)))
