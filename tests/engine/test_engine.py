"""The engine: clock, other rules on the same history, snapshots, and closing."""

from decimal import Decimal
from pathlib import Path

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    Engine,
    InvalidValue,
    Metric,
    MetricTrigger,
    Ruleset,
    StorageClosed,
    StorageIncompatible,
    Streak,
    StreakMetric,
    TrophyError,
)
from trophy_engine.storage import MemoryStorage, SQLiteStorage

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
)


@pytest.mark.parametrize("values", [(10**29, Decimal("0.5")), (Decimal("0.5"), 10**29)])
def test_a_total_is_never_rounded(values):
    engine = Engine(RULES)
    for value in values:
        outcome = engine.record("words", user="jo", value=value, at=at("04-02T10:00"))
    assert str(outcome.total) == "100000000000000000000000000000.5"  # 31 digits, of which Python's default keeps 28


def test_the_clock_is_read_without_an_instant():
    engine = Engine(RULES, clock=lambda: at("04-02T10:00"))
    assert engine.record("words", user="jo").at == at("04-02T10:00")
    assert engine.user("jo").at == at("04-02T10:00")
    engine.record("words", user="jo", at=at("04-03T10:00"))
    assert engine.user("jo").at == at("04-03T10:00")


def test_a_history_continues_under_other_rules(tmp_path):
    with Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        play(engine, "04-01T10:00 words 4\n04-02T10:00 words 3")
    further = Ruleset(
        metrics=[Metric("pages"), Metric("words")],
        streaks=[Streak("habit", metrics=[StreakMetric("words")])],
        achievements=[Achievement("five", MetricTrigger("words", 5)), Achievement("ten", MetricTrigger("words", 10))],
    )
    with Engine(further, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        [outcome] = play(engine, "04-03T10:00 words 1")
        assert (outcome.total, outcome.streak.length) == (8, 3)
        assert outcome.achievements == ()
        [backdated] = engine.migration_effects
        assert (backdated.type, backdated.achievement, backdated.at) == (
            "achievement.backdated",
            "five",
            at("04-02T10:00"),
        )
        again = Engine.from_log(engine.log())
        assert again.user("jo", at=at("04-03T10:00")).metrics == {"pages": 0, "words": 8}
        assert again.ruleset == further


def test_a_streak_of_another_frequency_is_counted_from_the_history():
    storage = MemoryStorage()
    play(Engine(RULES, storage=storage), "04-01T10:00 words 1\n04-02T10:00 words 1")
    weekly = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", "weekly", [StreakMetric("words")])])
    engine = Engine(weekly, storage=storage)
    player = engine.user("jo", at=at("04-02T11:00"))
    assert (player.streak.length, player.streak.longest, player.metrics["words"]) == (1, 2, 2)
    assert [(one.before, one.length) for one in engine.migration_effects] == [(2, 1)]
    assert [o.streak.length for o in play(engine, "04-02T12:00 words 1\n04-09T12:00 words 1")] == [1, 2]


def test_a_closed_engine_raises():
    engine = Engine(RULES)
    engine.close()
    with pytest.raises(StorageClosed, match="open another one"):
        engine.record("words", user="jo", at=at("04-02T10:00"))


def test_a_log_without_rules_is_refused():
    with pytest.raises(StorageIncompatible, match="the first entry of a log must be rules"):
        Engine.from_log([])


def test_an_engine_without_rules_uses_those_of_its_storage(tmp_path):
    with Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        play(engine, "04-01T10:00 words 4")
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert (engine.ruleset, engine.migration_effects) == (RULES, ())
        assert play(engine, "04-02T10:00 words 1")[0].total == 5
    assert Engine().ruleset == Ruleset()


def test_a_snapshot_of_another_version_is_not_used():
    storage = MemoryStorage()
    storage.snapshot_every = 1
    play(Engine(RULES, storage=storage), "04-01T10:00 words 4\n04-02T10:00 words 1")
    snapshot = storage.load("jo")
    storage.save([snapshot._replace(state={"schema": 1, "id": "jo"})])
    assert Engine(RULES, storage=storage).user("jo", at=at("04-02T11:00")).metrics["words"] == 5


def test_closing_twice_does_nothing(tmp_path):
    for storage in (MemoryStorage(), SQLiteStorage(tmp_path / "save.db")):
        engine = Engine(RULES, storage=storage)
        play(engine, "04-02T10:00 words 1")
        engine.close()
        engine.close()
        with pytest.raises(StorageClosed):
            engine.user("jo", at=at("04-02T10:00"))


@pytest.mark.parametrize(
    "open_engine",
    [
        lambda storage: Engine("rules", storage=storage),
        lambda storage: Engine(RULES, storage=storage, clock="noon"),
        lambda storage: Engine.from_log(5, storage=storage),
        lambda storage: Engine.from_log([], storage=storage),
        lambda storage: Engine.from_log([*Engine(RULES).log(), "words"], storage=storage),
    ],
    ids=["rules", "clock", "entries", "no rules in the log", "no entry"],
)
def test_a_constructor_that_raises_closes_the_storage(open_engine, tmp_path):
    for storage in (MemoryStorage(), SQLiteStorage(tmp_path / "save.db")):
        with pytest.raises((InvalidValue, StorageIncompatible)):
            open_engine(storage)
        with pytest.raises(StorageClosed):
            storage.length()


@pytest.mark.parametrize("kind", [str, Path])
def test_an_engine_takes_paths_and_plain_values(tmp_path, kind):
    RULES.save(tmp_path / "rules.toml")
    for _ in range(2):
        with Engine(kind(tmp_path / "rules.toml"), storage=kind(tmp_path / "save.db")) as engine:
            assert engine.ruleset == RULES
            outcome = engine.record("words", user="jo", at=at("04-02T10:00"))
    assert outcome.total == 2
    assert [effect.type for effect in engine_of_plain_values().update(kind(tmp_path / "rules.toml"))] == []


def engine_of_plain_values():
    engine = Engine({"metrics": [{"key": "words"}]})
    assert engine.ruleset == Ruleset(metrics=[Metric("words")])
    return engine


def test_a_log_is_applied_to_a_new_save_file(tmp_path):
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 12")
    with Engine.from_log(engine.log(), storage=tmp_path / "copy.db") as copy:
        assert copy.export_user("jo") == engine.export_user("jo")
    with Engine(storage=str(tmp_path / "copy.db")) as reopened:
        assert reopened.user("jo", at=at("04-02T10:00")).metrics == {"words": 12}


def test_nothing_is_created_if_the_rules_or_the_log_are_wrong(tmp_path):
    with pytest.raises(TrophyError):
        Engine(tmp_path / "missing.toml", storage=tmp_path / "save.db")
    with pytest.raises(StorageIncompatible):
        Engine.from_log([], storage=tmp_path / "save.db")
    with pytest.raises(InvalidValue):
        Engine(RULES, storage=tmp_path / "save.db", clock=3)
    assert list(tmp_path.iterdir()) == []


def test_a_save_file_that_the_constructor_opened_is_closed_if_it_raises(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(SQLiteStorage, "rules_history", lambda storage: opened.append(storage) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Engine(RULES, storage=tmp_path / "save.db")
    with pytest.raises(StorageClosed):
        opened[0].length()
    monkeypatch.undo()
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 12")
    monkeypatch.setattr(SQLiteStorage, "append", lambda storage, _: opened.append(storage) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Engine.from_log(engine.log(), storage=tmp_path / "copy.db")
    with pytest.raises(StorageClosed):
        opened[-1].length()


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        ("there/save.db", "cannot open there/save.db: there is no folder there; create it first"),
        (".", "cannot open .: it is a folder; name a file in it"),
        ("rules.toml", "rules.toml is not an SQLite file; choose another path"),
        (3, "storage must be the path of a save file, or a storage such as MemoryStorage(), not 3"),
        (SQLiteStorage, "storage must be the path of a save file, or a storage such as MemoryStorage(), not <class"),
    ],
)
def test_a_wrong_storage_is_refused_with_the_remedy(tmp_path, monkeypatch, storage, message):
    monkeypatch.chdir(tmp_path)
    RULES.save("rules.toml")
    with pytest.raises(TrophyError) as error:
        Engine(RULES, storage=storage)
    assert str(error.value).startswith(message)
