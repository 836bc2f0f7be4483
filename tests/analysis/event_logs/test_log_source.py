"""A log is a path, a repository, or rows; a wrong one is refused with what it may be."""

import gzip
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from trophy_engine import InvalidValue, TrophyError
from trophy_engine.analysis import Columns, compare, read_log, replay, simulate, sweep

RULES = {"metrics": [{"key": "words"}], "streaks": [{"key": "daily", "metrics": [{"key": "words"}]}]}
TEXT = "user_id,at,words\nann,2025-04-02T10:00:00Z,5\nann,2025-04-03T10:00:00Z,2\nben,never,1\n"
ROWS = [
    {"user_id": "ann", "at": datetime(2025, 4, 2, 10, tzinfo=UTC), "words": 5},
    {"user_id": "ann", "at": "2025-04-03T10:00:00Z", "words": 2},
    {"user_id": "ben", "at": "never", "words": 1},
]
ZIPPED = Path("log.csv.gz")
COLUMNS = Columns(metric="=words", value="words")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text(TEXT, encoding="utf-8")
    Path("log.csv.gz").write_bytes(gzip.compress(TEXT.encode()))


@pytest.mark.parametrize(
    "log",
    [
        lambda: "log.csv",
        lambda: Path("log.csv.gz"),
        lambda: ROWS,
        lambda: iter(ROWS),
        lambda: read_log("log.csv", COLUMNS),
    ],
    ids=["path", "zipped", "rows", "iterator", "log"],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_every_log_has_the_same_result(log, workers):
    result = replay(RULES, log(), columns=COLUMNS, workers=workers)
    [ann] = result.players()
    assert (ann.metrics["words"], ann.streak.length) == (7, 2)
    assert (result.skipped, result.bad_rows[0].source.line in {3, 4}) == (1, True)


def test_the_usual_columns_need_no_words():
    assert replay(RULES, "log.csv").events == 2
    assert len(compare(RULES, RULES, "log.csv").differences) == 1


def test_a_folder_is_a_repository_under_the_bundled_rules():
    author = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    for words in (("init", "-q"), (*author, "commit", "--allow-empty", "-qm", "x")):
        subprocess.run(["git", *words], check=True)
    assert list(replay("git", ".").events_of) == ["a@b.c"]


def test_rules_alone_are_enough_to_simulate():
    assert simulate(RULES, users=5, days=10).tally.users <= 5
    rows = sweep(RULES, {"streaks.daily.freezes.max_count": [0, 1]}, users=5, days=10).rows
    assert [row.ruleset.primary_streak.freezes.max_count for row in rows] == [0, 1]


@pytest.mark.parametrize("log", [3, b"log.csv", {"user_id": "ann"}])
def test_anything_else_is_refused(log):
    with pytest.raises(
        InvalidValue, match=r"^log must be the path of a log, a frame, or an iterable of its rows, not "
    ):
        replay(RULES, log)


def test_a_lazy_frame_is_refused_with_a_remedy():
    with pytest.raises(InvalidValue, match=r"not <LazyFrame.*>; a lazy frame is one after its collect\(\)$"):
        replay(RULES, pl.LazyFrame({"user_id": ["ann"]}))


def test_a_missing_file_or_ending_is_named():
    with pytest.raises(InvalidValue, match=r"unknown format of 'log.docx': its name has no known ending"):
        replay(RULES, "log.docx")
    with pytest.raises(TrophyError, match=r"cannot read missing.csv"):
        replay(RULES, "missing.csv")
