"""The summary of a log: counts over users, which can be merged."""

import pytest
from replayed import LOG, RULES, read

from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import SummaryCounts, summarize
from trophy_engine.rules import bundled
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset


def counts_of(result, users):
    counts = SummaryCounts(result.ruleset)
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
    merged = SummaryCounts(git.ruleset)
    for part in reversed(range(parts)):
        merged.merge(counts_of(git, set(users[part::parts])))
    assert merged.summary(git.skipped) == summarize(git)


def test_the_numbers_of_a_small_log(log):
    summary = summarize(replay(RULES, read(log(LOG))))
    [energy] = summary.points
    assert (energy.total, energy.median, energy.percentile_90, energy.maximum) == (6, 3, 3, 3)
    assert (summary.streaks.active, summary.streaks.longest, summary.streaks.freezes_used) == (2, 1, 0)


def test_without_users_shares_are_unknown():
    summary = summarize(replay(Ruleset.load(bundled.rules_path("git")), []))
    assert {row.rarity for row in summary.achievements} == {None}
    assert summarize(replay(Ruleset(metrics=[Metric("words")]), [])).streaks is None
