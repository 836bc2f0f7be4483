"""A log is evaluated by instant; bad rows are reported and skipped."""

import csv
import gzip
import os
import pickle
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from replayed import LOG, RULES, read
from stories import at

from trophy_engine import (
    Engine,
    InvalidValue,
    Metric,
    Ruleset,
    TrophyError,
)
from trophy_engine.analysis.event_logs import runner
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.events import BadRow
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import read_log
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.rules import bundled


def reasons(result):
    return [(row.source.line, row.reason) for row in result.bad_rows]


def test_rows_are_evaluated_by_instant_each_in_its_zone(log):
    result = replay(RULES, read(log(LOG)))
    assert (result.events, result.events_of) == (4, {"ann": 3, "ben": 1})
    assert reasons(result) == [(5, "user 'ann' has 1 of 'energy', and needs 2")]
    ann, ben = result.players()
    assert str(ann.metrics["words"]) == "2.6"
    assert (ann.streak.length, ann.time_zone, ben.time_zone) == (1, "Europe/Berlin", "UTC")
    assert result.until == at("2025-04-03T07:00:00+00:00")


def test_a_replay_equals_an_engine_that_records_the_rows(log):
    with EffectLog() as log_of_effects:
        result = replay(RULES, read(log(LOG)), until=datetime(2025, 5, 1, tzinfo=UTC), effects=log_of_effects)
        collected = list(log_of_effects)
    engine, effects = Engine(RULES), []
    for event in sorted((row for row in read(log(LOG)) if not isinstance(row, BadRow)), key=lambda row: row.at):
        instant = datetime.fromtimestamp(event.at / 1_000_000, UTC)
        if event.time_zone:
            effects += engine.identify(event.user_id, time_zone=event.time_zone, at=instant).effects
        try:
            outcome = engine.record(
                event.metric, user=event.user_id, value=event.value, at=instant, attributes=dict(event.attributes)
            )
        except TrophyError:
            continue
        effects += outcome.effects
    effects += engine.settle(at=datetime(2025, 5, 1, tzinfo=UTC))
    assert collected == sorted(effects, key=lambda effect: (effect.at, effect.user_id))
    for player in result.players():
        same = engine.user(player.id, at=datetime(2025, 5, 1, tzinfo=UTC))
        assert (player.streak, player.points, player.metrics) == (same.streak, same.points, same.metrics)


def test_events_after_until_are_left_out(log):
    result = replay(RULES, read(log(LOG)), until=at("04-02T09:00"))
    assert result.events == 2
    assert replay(RULES, []).until is None


def git(path, *words, **env):
    subprocess.run(["git", "-C", str(path), *words], check=True, capture_output=True, env={**os.environ, **env})


RAILS = Path(__file__).resolve().parents[4] / "shared" / "data" / "rails-commits.csv.gz"


@pytest.mark.thorough
@pytest.mark.skipif(not RAILS.exists(), reason="the log of a large repository is not at hand")
def test_a_hundred_thousand_commits():
    columns = Columns("user_id", "occurred_at", "=commits", "=1", "utc_offset", {"kind": "kind"})
    result = replay(Ruleset.load(bundled.rules_path("git")), read_log(str(RAILS), columns))
    assert (result.events, len(result.states)) == (99_428, 6_837)
    [bad] = result.bad_rows
    assert (bad.source.line, "'+51:800'" in bad.reason) == (25_685, True)
    counted = {}
    with gzip.open(RAILS, "rt") as file:
        for row in csv.DictReader(file):
            if row["utc_offset"] != "+51:800":
                merges, all_ = counted.get(row["user_id"], (0, 0))
                counted[row["user_id"]] = merges + (row["kind"] == "merge"), all_ + 1
    for player in result.players():
        merges, all_ = counted[player.id]
        assert player.metrics["commits"] == all_
        assert player.points["xp"].total >= 10 * all_ + 5 * merges
        thresholds = {"first-commit": 1, "ten-commits": 10, "hundred-commits": 100, "thousand-commits": 1000}
        assert {key for key, mark in thresholds.items() if all_ >= mark} == thresholds.keys() & player.completed.keys()


def test_rows_of_a_derived_metric_are_bad_and_the_only_recorded_metric_needs_no_column():
    rules = Ruleset([Metric("laps"), Metric("best", source="laps", aggregate="min")])
    rows = [{"user_id": "jo", "at": at("04-02T10:00")}]
    assert [dict(player.metrics) for player in replay(rules, rows).players()] == [{"laps": 1, "best": 1}]
    result = replay(rules, [rows[0] | {"metric": "best"}, rows[0] | {"metric": "lap"}], columns=Columns())
    assert [row.reason for row in result.bad_rows] == [
        "metric 'best' is derived from 'laps'; record that",
        "unknown metric 'lap'; did you mean 'laps'? known: 'laps'",
    ]


def test_rules_are_compiled_once_and_the_plan_is_not_pickled(monkeypatch):
    compiled = []
    monkeypatch.setattr(runner, "compile_ruleset", lambda rules: compiled.append(rules) or compile_ruleset(rules))
    result = replay(RULES, [])
    assert list(result.players()) == []
    assert compiled == [RULES]
    assert "plan" not in vars(pickle.loads(pickle.dumps(result)))  # noqa: S301  # our own bytes


def test_a_row_that_is_none_is_answered_with_the_kinds_of_rows():
    message = "each row of a log must be an Event, a BadRow or a mapping from columns to values, not ('ann',)"
    with pytest.raises(InvalidValue, match=re.escape(message)):
        replay(Ruleset(metrics=[Metric("words")]), [("ann",)])


def test_rules_without_metrics_are_refused():
    with pytest.raises(InvalidValue, match="the rules declare no metric, so no event counts"):
        replay(Ruleset(), [])
