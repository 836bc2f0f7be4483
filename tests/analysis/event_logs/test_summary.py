"""The summary of a log: counts over users, which can be merged."""

import pytest
from attrs import evolve
from replayed import LOG, RULES, read

from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import ReplaySummaryCounts, summarize
from trophy_engine.analysis.event_logs.summary_tables import summary_tables
from trophy_engine.rules import bundled
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak, StreakMetric


def counts_of(result, users):
    counts = ReplaySummaryCounts(result.ruleset)
    for player in result.players():
        if player.id in users:
            counts.add(player, result.events_of[player.id])
    return counts


@pytest.fixture(scope="module")
def git():
    return replay("git", "git")


@pytest.mark.parametrize("parts", [1, 2, 7, 400])
def test_merged_counts_of_parts_are_the_summary_of_all(git, parts):
    users = sorted(git.states)
    merged = ReplaySummaryCounts(git.ruleset)
    for part in reversed(range(parts)):
        merged.merge(counts_of(git, set(users[part::parts])))
    assert merged.summary(git.skipped) == summarize(git)


def test_the_numbers_of_a_small_log(log):
    summary = summarize(replay(RULES, read(log(LOG))))
    [energy] = summary.points
    assert (energy.total, energy.median, energy.percentile_90, energy.maximum) == (6, 3, 3, 3)
    [streak] = summary.streaks
    assert (streak.key, streak.active, streak.longest, streak.freezes_used) == ("habit", 2, 1, 0)


def test_without_users_shares_are_unknown():
    summary = summarize(replay(Ruleset.load(bundled.rules_path("git")), []))
    assert {row.rarity for row in summary.achievements} == {None}
    assert summarize(replay(Ruleset(metrics=[Metric("words")]), [])).streaks == ()


def test_the_tables_name_each_of_several_streaks(log):
    views = Streak("views", metrics=[StreakMetric("views")])
    several = replay(evolve(RULES, streaks=[*RULES.streaks, views]), read(log(LOG)))
    tables = {table.title: table for table in summary_tables(summarize(several))}
    assert tables["Streaks"].columns == ("streak", "active", "longest", "freezes used")
    assert tables["Streaks"].rows == (("habit", "2", "1", "0"), ("views", "1", "1", ""))
    assert "longest habit streak" in tables["Top users by energy"].columns
    one = {table.title: table for table in summary_tables(summarize(replay(RULES, read(log(LOG)))))}
    assert (one["Streaks"].columns, one["Streaks"].rows) == (("active", "longest", "freezes used"), (("2", "1", "0"),))
    assert "longest streak" in one["Top users by energy"].columns
