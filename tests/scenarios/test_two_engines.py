"""Two engines on one storage: every view of one includes the entries of the other."""

from datetime import date

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Attribute,
    Engine,
    FreezeLimitReached,
    Freezes,
    Leaderboard,
    Metric,
    Notifications,
    Ruleset,
    StorageConflict,
    Streak,
    StreakMetric,
    UnknownUser,
)
from trophy_engine.storage import MemoryStorage, SQLiteStorage

RULES = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("plan")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(max_count=1))],
    leaderboards=[Leaderboard("words", "metric", date(2025, 1, 1), metric="words")],
)
NOON = at("04-02T12:00")


@pytest.fixture(params=["memory", "file"])
def engines(request, tmp_path):
    if request.param == "memory":
        one = other = MemoryStorage()
    else:
        one, other = SQLiteStorage(tmp_path / "save.db"), SQLiteStorage(tmp_path / "save.db")
    with Engine(RULES, storage=one) as writer, Engine(RULES, storage=other) as reader:
        yield writer, reader


def test_every_view_includes_entries_of_another_engine(engines):
    writer, reader = engines
    play(writer, "04-02T10:00 words 5")
    play(writer, "04-02T10:00 words 3", "mia")
    assert reader.user("jo", at=NOON).metrics["words"] == 5
    assert [row.value for row in reader.leaderboard("words", at=NOON).rankings] == [5, 3]
    writer.record("words", user="mia", value=4, at=at("04-02T11:00"), idempotency_key="k")
    assert reader.has_recorded("words", user="mia", idempotency_key="k")
    assert [(row.user_id, row.value) for row in reader.leaderboard("words", at=NOON).rankings] == [
        ("mia", 7),
        ("jo", 5),
    ]
    assert reader.standing("jo", "words", at=NOON).rank == 2
    assert [player.metrics["words"] for player in reader.players(at=NOON)] == [5, 7]
    assert reader.settled_until("mia") == at("04-02T11:00")
    assert reader.export_user("mia") == writer.export_user("mia")
    assert reader.explain("mia", streak=True, at=NOON).length == 1
    [lost, also_lost] = writer.settle(at=at("04-09T10:00"))
    assert lost.at == also_lost.at == reader.settled_until("jo")
    writer.update(attrs.evolve(RULES, metrics=[Metric("pages"), Metric("words")]), at=at("04-09T10:00"))
    assert reader.ruleset == writer.ruleset
    assert reader.user("jo", at=at("04-09T10:00")).metrics == {"pages": 0, "words": 5}
    assert len(reader.rules_history()) == 2


def test_a_key_used_by_another_engine_returns_the_present_state(engines):
    one, other = engines
    one.record("words", user="jo", value=5, at=at("04-02T10:00"), idempotency_key="k")
    repeated = other.record("words", user="jo", value=5, at=at("04-02T10:00"), idempotency_key="k")
    assert (repeated.replayed, repeated.total) == (True, 5)
    play(one, "04-02T11:00 words 2")
    assert other.record("words", user="jo", at=at("04-02T10:00"), idempotency_key="k").total == 7


def test_a_refusal_includes_entries_of_another_engine(engines):
    one, other = engines
    with pytest.raises(UnknownUser):
        other.grant_freeze("jo", at=NOON)
    play(one, "04-02T10:00 words 1")
    assert other.grant_freeze("jo", at=NOON).user_id == "jo"
    with pytest.raises(FreezeLimitReached):
        one.grant_freeze("jo", at=NOON)


def test_a_command_is_checked_against_entries_of_another_engine(engines):
    one, other = engines
    play(one, "04-02T10:00 words 1")
    other.user("jo", at=NOON)
    one.update(attrs.evolve(RULES, metrics=[Metric("pages"), Metric("words")]), at=NOON)
    assert other.record("pages", user="jo", at=NOON).total == 1


def test_a_conflict_names_the_remedy(engines):
    one, other = engines
    play(one, "04-02T10:00 words 1")
    with pytest.raises(StorageConflict, match="repeat the call"):
        play(other, "04-02T10:01 words 5")
    assert play(other, "04-02T10:01 words 5")[0].total == 6


def test_a_batch_in_conflict_with_another_engine_fails_as_a_whole_and_can_be_repeated(engines):
    one, other = engines

    def write(engine, *, then=lambda: None):
        with engine.batch():
            play(engine, "04-02T10:00 words 1\n04-02T10:01 words 1")
            then()

    with pytest.raises(StorageConflict):
        write(one, then=lambda: play(other, "04-02T10:00 words 5", "mia"))
    assert list(one.users()) == ["mia"]
    write(one)
    assert other.user("jo", at=NOON).metrics["words"] == 2


def test_reads_load_nothing_again_without_new_entries(tmp_path):
    class Counting(MemoryStorage):
        loads = walks = 0

        def load(self, user_id):
            self.loads += 1
            return super().load(user_id)

        def entries(self, after=0):
            self.walks += 1
            return super().entries(after)

    storage = Counting()
    writer, reader = Engine(RULES, storage=storage), Engine(RULES, storage=storage)
    for user in range(20):
        play(writer, "04-02T10:00 words 5", str(user))
    reader.leaderboard("words", at=NOON)
    storage.loads = storage.walks = 0
    for _ in range(10):
        reader.user("3", at=NOON)
        reader.leaderboard("words", at=NOON)
    assert (storage.loads, storage.walks) == (0, 0)
    play(writer, "04-02T11:00 words 5", "3")
    assert reader.leaderboard("words", at=NOON).rankings[0].value == 10
    assert (storage.loads, storage.walks) == (0, 1)


def test_engines_that_open_a_new_storage_at_once_agree_on_the_rules():
    class Slow(MemoryStorage):
        """A storage that lets another engine write between a read and an append."""

        raced = False

        def append(self, entries):
            if not self.raced:
                self.raced = True
                Engine(RULES, storage=self)
            super().append(entries)

    storage = Slow()
    engine = Engine(RULES, storage=storage)
    assert [entry.sequence for entry in engine.log()] == [1]
    assert engine.migration_effects == ()


def test_rank_changes_by_time_are_announced_after_entries_of_another_engine():
    storage = MemoryStorage()
    streaks = Leaderboard("streaks", "streak", date(2025, 1, 1))
    rules = attrs.evolve(RULES, leaderboards=[streaks], notifications=Notifications(throttle_minutes=0))
    one, other = Engine(rules, storage=storage), Engine(rules, storage=storage)
    play(one, "04-02T10:00 words 5")
    other.identify("jo", attributes={"plan": "pro"}, at=NOON)
    one.user("jo", at=NOON)
    [outcome] = play(one, "04-05T10:00 words 5", "mia")
    ranks = [
        (effect.user_id, effect.at, effect.rank)
        for effect in outcome.effects
        if effect.type == "leaderboard.rank_changed"
    ]
    assert ranks == [("jo", at("04-04T00:00"), None), ("mia", at("04-05T10:00"), 1)]
