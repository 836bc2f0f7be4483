"""The logs of the package: each has rules, a source beside it, and good rows only."""

from datetime import UTC, datetime

import pytest

from trophy_engine import Ruleset
from trophy_engine.analysis.event_logs.bundled_log import BUNDLED_COLUMNS, read_bundled_log
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.errors import UnknownKey
from trophy_engine.rules import bundled


def test_every_bundled_log_has_columns_rules_and_a_source():
    assert bundled.bundled_log_names() == tuple(sorted(BUNDLED_COLUMNS))
    assert set(bundled.bundled_log_names()) <= set(bundled.bundled_names())
    for name in bundled.bundled_log_names():
        source = bundled.bundled_log_path(name).with_name(f"{name}.md").read_text(encoding="utf-8")
        assert "https://github.com/rails/rails" in source


def test_the_bundled_log_shows_every_level_and_achievement():
    result = replay(Ruleset.load(bundled.rules_path("git")), read_bundled_log("git"))
    summary = summarize(result)
    assert (summary.users, summary.events, summary.skipped) == (958, 9_166, 0)
    assert result.until == datetime(2026, 8, 22, 17, 6, 1, tzinfo=UTC)
    assert [achievement.key for achievement in summary.achievements if not achievement.completions] == []
    [experience] = summary.points
    users = [level.users for level in experience.levels]
    assert sum(users) == 958
    assert 0 not in users
    [streak] = summary.streaks
    assert streak.longest >= 30


def test_an_unknown_bundled_log_is_refused():
    with pytest.raises(UnknownKey, match="unknown bundled log 'gti'; did you mean 'git'"):
        read_bundled_log("gti")
