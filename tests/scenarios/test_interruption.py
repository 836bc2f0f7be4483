"""Interruption: a command stopped at any line is committed as a whole or not at all, and the engine continues."""

import os
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import attrs
import pytest
from stories import at, play

import trophy_engine
from trophy_engine import (
    Achievement,
    Effect,
    Engine,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    Notifications,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.core.commands import Record
from trophy_engine.storage import MemoryStorage, SQLiteStorage

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("two", MetricTrigger("words", 2))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])],
    leaderboards=[
        Leaderboard("words", "metric", date(2025, 1, 1), metric="words"),
        Leaderboard("streaks", "streak", date(2025, 1, 1)),
    ],
    notifications=Notifications(),
)
OTHER_RULES = attrs.evolve(RULES, achievements=[Achievement("one", MetricTrigger("words", 1))])
PACKAGE = str(Path(trophy_engine.__file__).parent)
KEEPING = tuple(f"{PACKAGE}/{name}/" for name in ("engine", "repository", "storage"))


class Interrupted(BaseException):
    """An exception like KeyboardInterrupt that nothing else raises."""


class _Lines:
    """Follows the lines of the package that run, and raises at the one of a given number."""

    def __init__(self, last=None):
        self.last = last
        self.run = []

    def __call__(self, frame, event, _):
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            self.run.append((frame.f_code.co_filename, frame.f_lineno))
            if len(self.run) == self.last:
                raise Interrupted(self.run[-1])
        return self

    def follow(self, call):
        before = sys.gettrace()
        sys.settrace(self)
        try:
            with suppress(Interrupted):
                call()
        finally:
            sys.settrace(before)


def record(engine):
    engine.record("words", user="jo", at=at("04-05T11:00"), idempotency_key="again")


def update(engine):
    engine.update(OTHER_RULES, at=at("04-05T11:00"))


def batch(engine):
    with engine.batch():
        engine.record("words", user="jo", at=at("04-05T11:00"))
        engine.record("words", user="new", at=at("04-05T11:00"), idempotency_key="again")


def failing_batch(engine):
    with suppress(ZeroDivisionError), engine.batch():
        engine.record("words", user="jo", at=at("04-05T11:00"))
        engine.record("words", user="new", at=at("04-05T11:00"))
        raise ZeroDivisionError


def settle(engine):
    engine.settle(at=at("04-05T11:00"))


def look(engine):
    engine.leaderboard("words", at=at("04-05T11:00"))
    engine.standing("jo", "streaks", at=at("04-05T11:00"))
    engine.user("jo", at=at("04-03T11:00"))


def close(engine):
    engine.close()


def open_memory(_):
    storage = MemoryStorage()
    storage.snapshot_every = 2
    return storage


def open_file(folder):
    storage = SQLiteStorage(folder / "save.db", synchronous="NORMAL")
    storage.snapshot_every = 2
    return storage


def make_engine(storage):
    engine = Engine(RULES, storage=storage)
    engine.subscribe(Effect, lambda _: None)
    play(engine, "04-02T10:00 words 1\n04-03T10:00 words 1")
    play(engine, "04-02T10:00 words 3", "mia")
    engine.leaderboard("words", at=at("04-03T10:00"))
    return engine


def lines_of(act, storage):
    """Return the numbers of the lines that an act runs: the first and the last run of each.

    Of the lines that only compute (all but those of the engine and of storages) one in forty is taken, and every one
    under the profile "deep": to what is kept it makes no difference which of them is interrupted.
    """
    engine, lines = make_engine(storage), _Lines()
    lines.follow(lambda: act(engine))
    engine.close()
    numbered = list(enumerate(lines.run, start=1))
    chosen = {line: number for number, line in reversed(numbered)}.items() | dict(map(reversed, numbered)).items()
    keeping = {number for (file, _), number in chosen if file.startswith(KEEPING)}
    computing = sorted({number for _, number in chosen} - keeping)
    return sorted(keeping) + computing[:: 1 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 40]


def everything(engine):
    when = at("04-06T10:00")
    boards = [engine.leaderboard(board.key, at=when).rankings for board in RULES.leaderboards]
    return [engine.export_user(user) for user in engine.users()], boards, engine.ruleset.digest


@pytest.mark.thorough
@pytest.mark.parametrize("open_storage", [open_memory, open_file])
@pytest.mark.parametrize("act", [record, update, batch, failing_batch, settle, look, close])
def test_a_command_interrupted_at_any_line_is_committed_or_not(act, open_storage, tmp_path):
    (tmp_path / "whole").mkdir()
    numbers = lines_of(act, open_storage(tmp_path / "whole"))
    assert len(numbers) > 10
    for number in numbers:
        folder = tmp_path / str(number)
        folder.mkdir()
        engine = make_engine(open_storage(folder))
        lines = _Lines(number)
        lines.follow(lambda engine=engine: act(engine))
        where = lines.run[-1]
        if act is not close:
            recorded = sum(
                entry.command.value
                for entry in engine.log()
                if isinstance(entry.command, Record) and entry.command.user_id == "jo"
            )
            assert engine.record("words", user="jo", at=at("04-06T10:00")).total == recorded + 1, where
            assert everything(engine) == everything(Engine.from_log(engine.log())), where
        engine.close()
        if open_storage is open_file:
            kept = Engine(storage=open_storage(folder))
            assert everything(kept) == everything(Engine.from_log(kept.log())), where
            kept.close()
