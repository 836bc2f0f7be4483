"""A log is evaluated as it was found, and bad rows are told of and skipped."""

import csv
import gzip
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from stories import at

from trophy_engine import (
    Attribute,
    Engine,
    Freezes,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TrophyError,
    UserCreationPointsTrigger,
)
from trophy_engine.analysis.replay import runner
from trophy_engine.analysis.replay.effect_log import EffectLog
from trophy_engine.analysis.replay.evaluation import BadRowFound, TooManyBadRows
from trophy_engine.analysis.replay.events import BadRow, Columns
from trophy_engine.analysis.replay.git import read_history
from trophy_engine.analysis.replay.output import effect_as_json, write_files
from trophy_engine.analysis.replay.runner import replay
from trophy_engine.analysis.replay.sources import Logs, read_log
from trophy_engine.analysis.replay.summary import summarize
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.rules import bundled

RULES = Ruleset(
    metrics=[Metric("words"), Metric("views")],
    attributes=[Attribute("device", "event")],
    streak=Streak(metrics=[StreakMetric("words")], freezes=Freezes(1)),
    points=[
        PointsSystem(
            "energy",
            maximum=3,
            triggers=[
                UserCreationPointsTrigger(3),
                MetricPointsTrigger("views", points=-1, block_if_out_of_points=True),
                MetricPointsTrigger("words", points=1, event_attributes={"device": "ios"}),
            ],
        )
    ],
)
COLUMNS = Columns("who", "when", "what", "n", "where", {"device": "device"})
LOG = """\
who,when,what,n,where,device
ann,2025-04-03T09:00:00+02:00,words,2.5,Europe/Berlin,ios
ben,2025-04-02T10:00:00Z,words,1,,
ann,2025-04-02T08:00:00Z,views,2,Europe/Berlin,ios
ann,2025-04-02T08:00:00Z,views,2,Europe/Berlin,ios
ann,2025-04-02T07:00:00Z,words,0.1,+02:00,
"""


@pytest.fixture
def log(tmp_path):
    def write(text, name="log.csv"):
        path = tmp_path / name
        data = dedent(text).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(path)

    return write


def read(path, columns=COLUMNS, format_=None):
    return list(read_log(path, columns, format_))


def reasons(result):
    return [(row.source.line, row.reason) for row in result.bad_rows]


def test_rows_are_evaluated_by_instant_each_in_its_zone(log):
    result = replay(RULES, read(log(LOG)))
    assert (result.events, result.events_of) == (4, {"ann": 3, "ben": 1})
    assert reasons(result) == [(5, "user 'ann' holds 1 of 'energy' and this event costs 2")]
    ann, ben = result.players()
    assert str(ann.metrics["words"]) == "2.6"
    assert (ann.streak.length, ann.time_zone, ben.time_zone) == (1, "Europe/Berlin", "UTC")
    assert result.until == at("2025-04-03T07:00:00+00:00")


def test_a_replay_agrees_with_the_engine_fed_by_hand(log):
    with EffectLog() as log_of_effects:
        result = replay(RULES, read(log(LOG)), until=datetime(2025, 5, 1, tzinfo=UTC), effects=log_of_effects)
        told = list(log_of_effects)
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
    assert told == sorted(effects, key=lambda effect: (effect.at, effect.user_id))
    for player in result.players():
        same = engine.user(player.id, at=datetime(2025, 5, 1, tzinfo=UTC))
        assert (player.streak, player.points, player.metrics) == (same.streak, same.points, same.metrics)


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.tsv", "log.jsonl", "log.ndjson.gz"])
def test_every_format_gives_the_same(log, name):
    header, *rows = [line.split(",") for line in LOG.splitlines()]
    text = LOG
    if "json" in name:
        text = "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in rows)
    if "tsv" in name:
        text = LOG.replace(",", "\t")
    assert replay(RULES, read(log(text, name))).events_of == {"ann": 3, "ben": 1}


def test_json_numbers_keep_their_digits(log):
    rows = '{"who": "ann", "when": "2025-04-02T10:00:00Z", "what": "words", "n": 0.1}\n' * 3
    [ann] = replay(RULES, read(log(rows, "log.jsonl"))).players()
    assert str(ann.metrics["words"]) == "0.3"


def test_bad_rows_are_told_with_their_lines(log):
    rows = log("""\
        who,when,what,n,where,device
        ,2025-04-02T10:00:00Z,words,1,,
        ann,2025-04-02T10:00:00,words,1,,
        ann,2025-04-02T10:00:00Z,words,one,,
        ann,2025-04-02T10:00:00Z,word,1,,
        ann,2025-04-02T10:00:00Z,words,NaN,,
        ann,2025-04-02T10:00:00Z,words,1,+51:800,
        ann,2025-04-02T10:00:00Z,words,1,Europe/Lodnon,
    """)
    told = dict(reasons(replay(RULES, read(rows))))
    assert told[2] == "the column 'who' is empty"
    assert "when must have an offset, as in 2025-04-02T10:00:00Z, or a time zone (--tz)" in told[3]
    assert told[4] == "n must be a number, not 'one'"
    assert told[5] == "unknown metric 'word'; did you mean 'words'? known: 'words', 'views'"
    assert told[6].startswith("n must be finite")
    assert told[7].startswith("unknown time zone '+51:800'; give an IANA name")
    assert told[8].startswith("unknown time zone 'Europe/Lodnon'; did you mean 'Europe/London'?")


def test_json_lines_that_are_none(log):
    path = log('{"who": \n[]\n\n{"who": "ann", "when": "2025-04-02T10:00:00Z", "what": "words", "n": 1}\n', "a.jsonl")
    result = replay(RULES, read(path))
    assert [line for line, _ in reasons(result)] == [1, 2]
    assert result.events == 1


def test_a_refused_row_leaves_its_user_where_they_were(log):
    rows = log("""\
        who,when,what,n,where,device
        ann,2025-04-02T10:00:00Z,words,1,Asia/Tokyo,
        ann,2025-04-02T11:00:00Z,views,9,Europe/London,
    """)
    [ann] = replay(RULES, read(rows)).players()
    assert ann.time_zone == "Asia/Tokyo"


def test_too_many_bad_rows_end_the_replay(log):
    rows = log("who,when,what,n,where,device\n" + "ann,never,words,1,,\n" * 3)
    with pytest.raises(BadRowFound, match=r"log\.csv:2: when must be an ISO 8601 instant"):
        replay(RULES, read(rows), max_errors=0)
    with pytest.raises(TooManyBadRows, match="more than 2 bad rows"):
        replay(RULES, read(rows), max_errors=2)
    assert len(replay(RULES, read(rows), max_errors=3).bad_rows) == 3


def test_a_log_larger_than_memory_may_hold_and_any_number_of_workers_give_the_same(log, tmp_path, monkeypatch):
    users = [f"u{number}" for number in range(60)]
    rows = [f"{user},2025-04-{day:02}T10:00:00Z,words,1,," for day in (3, 1, 2, 9) for user in users]
    rows += [*LOG.splitlines()[1:], "ann,never,words,1,,", "ann,2025-04-02T08:00:00Z,word,1,,"]
    path = log("\n".join([LOG.splitlines()[0], *rows]))
    files = []
    for name, most, workers in (("whole", 10**6, 1), ("spilled", 7, 1), ("shared", 7, 2)):
        monkeypatch.setattr("trophy_engine.analysis.replay.evaluation.MAX_IN_MEMORY", most)
        monkeypatch.setattr("trophy_engine.analysis.replay.effect_log._MAX_IN_MEMORY", most)
        with EffectLog() as effects:
            result = replay(RULES, read_log(path, COLUMNS), effects=effects, workers=workers, tally=True)
            write_files(result, effects, tmp_path / name)
        written = [(tmp_path / name / file).read_bytes() for file in ("users.csv", "effects.jsonl")]
        files.append((written, result.bad_rows, result.tally, result.until))
    assert files[0] == files[1] == files[2]
    assert [row.source.line for row in files[0][1]] == [245, 247, 248]
    with pytest.raises(InvalidValue, match="workers must be 1 or more, not 0"):
        replay(RULES, [], workers=0)


def test_parts_of_a_log_are_partitioned_by_several_processes(log):
    paths = [log(LOG, f"log{number}.csv") for number in range(3)]
    logs = Logs(tuple(read_log(path, COLUMNS) for path in paths))
    one, two = (replay(RULES, logs, workers=workers) for workers in (1, 2))
    assert (one.events_of, one.bad_rows) == (two.events_of, two.bad_rows)
    assert len(one.bad_rows) == one.skipped == 3 + 2


def test_events_after_until_are_left_out(log):
    result = replay(RULES, read(log(LOG)), until=at("04-02T09:00"))
    assert result.events == 2
    assert replay(RULES, []).until is None


def test_a_missing_column_names_what_there_is(log):
    with pytest.raises(InvalidValue, match="has no column 'who'; it has 'user', 'at'"):
        read(log("user,at\n"))
    with pytest.raises(InvalidValue, match=r"unknown format of .*log\.txt"):
        read(log(LOG, "log.txt"))
    assert len(read(log(LOG, "log.txt"), format_="csv")) == 5
    with pytest.raises(TrophyError, match=r"cannot read missing.csv"):
        read("missing.csv")


def test_the_summary_and_the_files(log, tmp_path):
    with EffectLog() as effects:
        result = replay(RULES, read(log(LOG)), effects=effects)
        write_files(result, effects, tmp_path / "out")
        told = list(effects)
    summary = summarize(result)
    assert (summary.users, summary.events, summary.skipped) == (2, 4, 1)
    assert summary.streaks.longest == 1
    assert [ranked.user_id for ranked in summary.top] == ["ann", "ben"]
    assert (tmp_path / "out" / "users.csv").read_text() == dedent("""\
        user_id,events,streak_length,longest_streak,streak_started,freezes,freezes_used,achievements,metric:words,metric:views,points:energy,level:energy
        ann,3,1,1,2025-04-03,1,0,0,2.6,2,3,
        ben,1,1,1,2025-04-02,1,0,0,1,0,3,
    """)
    lines = (tmp_path / "out" / "effects.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert first == {"type": "user.created", "user_id": "ann", "at": "2025-04-02T07:00:00Z", "time_zone": "+02:00"}
    assert [json.loads(line) for line in lines] == [effect_as_json(effect) for effect in told]


def test_two_runs_write_the_same_bytes_whatever_the_hash_seed(log, tmp_path):
    path = log(LOG)
    RULES.save(tmp_path / "rules.toml")
    written = set()
    for seed in ("1", "77"):
        out = tmp_path / seed
        command = [sys.executable, "-c", "from trophy_engine.cli import main; main()", "replay"]
        options = ["--user", "who", "--at", "when", "--metric", "what", "--value", "n", "--tz", "where"]
        subprocess.run(
            [*command, str(tmp_path / "rules.toml"), path, *options, "--attribute", "device", "--out", str(out)],
            check=True,
            capture_output=True,
            cwd=Path(__file__).resolve().parents[3],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        written.add(tuple((out / name).read_bytes() for name in ("users.csv", "effects.jsonl")))
    assert len(written) == 1


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


def test_what_is_no_repository_is_named(tmp_path):
    with pytest.raises(TrophyError, match=r"cannot read the history of .*not a git repository"):
        list(read_history(str(tmp_path)))


def test_without_git_there_is_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrophyError, match=r"cannot run git: .*; install it, or use an event log"):
        list(read_history(str(tmp_path)))


RAILS = Path(__file__).resolve().parents[4] / "shared" / "data" / "rails-commits.csv.gz"


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
        held = {"first-commit": 1, "ten-commits": 10, "hundred-commits": 100, "thousand-commits": 1000}
        assert {key for key, mark in held.items() if all_ >= mark} == held.keys() & player.completed.keys()


def test_rules_are_compiled_once_and_the_plan_is_not_pickled(monkeypatch):
    compiled = []
    monkeypatch.setattr(runner, "compile_ruleset", lambda rules: compiled.append(rules) or compile_ruleset(rules))
    result = replay(RULES, [])
    assert list(result.players()) == []
    assert compiled == [RULES]
    assert "plan" not in vars(pickle.loads(pickle.dumps(result)))  # noqa: S301  # our own bytes
