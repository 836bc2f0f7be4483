"""Partitioning: a log of any size is read in parts, with the same result."""

import json
import random
from decimal import Decimal

import pytest
from replayed import COLUMNS, LOG, RULES

from trophy_engine import (
    InvalidValue,
)
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.output import write_files
from trophy_engine.analysis.event_logs.partition import sort_log_events
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import Logs, read_log


def test_partitions_and_workers_do_not_change_the_result(log, tmp_path, monkeypatch):
    users = [f"u{number}" for number in range(60)]
    rows = [f"{user},2025-04-{day:02}T10:00:00Z,words,1,," for day in (3, 1, 2, 9) for user in users]
    rows += [*LOG.splitlines()[1:], "ann,never,words,1,,", "ann,2025-04-02T08:00:00Z,word,1,,"]
    path = log("\n".join([LOG.splitlines()[0], *rows]))
    files = []
    for name, most, workers in (("whole", 10**6, 1), ("spilled", 7, 1), ("shared", 7, 2)):
        monkeypatch.setattr("trophy_engine.analysis.event_logs.evaluation.MAX_IN_MEMORY", most)
        monkeypatch.setattr("trophy_engine.analysis.event_logs.effect_log._MAX_IN_MEMORY", most)
        with EffectLog() as effects:
            result = replay(RULES, read_log(path, COLUMNS), effects=effects, workers=workers, tally=True)
            write_files(result, effects, tmp_path / name)
        written = [(tmp_path / name / file).read_bytes() for file in ("users.csv", "effects.jsonl")]
        files.append((written, result.bad_rows, result.tally, result.until))
    assert files[0] == files[1] == files[2]
    assert [row.source.line for row in files[0][1]] == [245, 247, 248]
    with pytest.raises(InvalidValue, match="workers must be at least 1, not 0"):
        replay(RULES, [], workers=0)


def test_parts_of_a_log_are_partitioned_by_several_processes(log):
    paths = [log(LOG, f"log{number}.csv") for number in range(3)]
    logs = Logs(tuple(read_log(path, COLUMNS) for path in paths))
    one, two = (replay(RULES, logs, workers=workers) for workers in (1, 2))
    assert (one.events_of, one.bad_rows) == (two.events_of, two.bad_rows)
    assert len(one.bad_rows) == one.skipped == 3 + 2


def test_in_the_order_of_rows_the_result_is_the_same_for_any_order_of_the_log(tmp_path):
    at = 1_743_588_000_000_000
    rows = [
        Event(at + later, "ann", metric, value, time_zone, attributes)
        for later in (0, 1)
        for metric in ("views", "words")
        for value in (1, 2, Decimal("1.5"))
        for time_zone in (None, "Europe/Berlin", "Asia/Tokyo")
        for attributes in ((), (("device", "ios"),), (("device", "web"),))
    ]
    files = set()
    for seed in range(4):
        random.Random(seed).shuffle(rows)
        with EffectLog() as effects:
            write_files(replay(RULES, rows, effects=effects, tie_order="row", workers=1), effects, tmp_path)
        files.add((tmp_path / "effects.jsonl").read_bytes())
    assert len(files) == 1
    lines = [json.loads(line) for line in files.pop().splitlines()]
    assert [line["value"] for line in lines if line["type"] == "metric.changed"][:7] == [1] * 7


def test_a_row_without_an_attribute_follows_those_that_have_it():
    pairs = [(("a", "1"), ("b", "2")), (("a", "1"),), (("b", "1"),), ()]
    rows = [Event(0, "ann", "words", 1, None, attributes) for attributes in pairs]
    assert sort_log_events(rows[::-1], "row") == rows
    with pytest.raises(InvalidValue, match="tie_order"):
        replay(RULES, [], tie_order="column")
