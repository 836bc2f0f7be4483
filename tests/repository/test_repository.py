"""Snapshots: they are saved after the number of entries that a storage sets, in any number of runs."""

from datetime import timedelta

from stories import at, play

from trophy_engine import (
    Attribute,
    Engine,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
)
from trophy_engine.storage import MemoryStorage, SQLiteStorage

RULES = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])
START = at("04-02T10:00")


class Counting(MemoryStorage):
    """A storage that counts loads and saves."""

    snapshot_every = 100

    def __init__(self):
        super().__init__()
        self.entries_read = self.loads = self.saves = 0

    def entries_of(self, user_id, after=0):
        for entry in super().entries_of(user_id, after):
            self.entries_read += 1
            yield entry

    def load(self, user_id):
        self.loads += 1
        return super().load(user_id)

    def save(self, snapshots):
        self.saves += 1
        super().save(snapshots)


def run(storage, number, users=1, entries=10):
    """Open a storage, record, and end without closing, like a killed process; return the number of entries read."""
    storage.entries_read = 0
    engine = Engine(RULES, storage=storage)
    for place in range(entries):
        moment = START + timedelta(days=number, seconds=place)
        engine.record("words", user=str(place % users), at=moment)
    return storage.entries_read


def test_runs_that_end_early_are_counted_together():
    storage = Counting()
    read = [run(storage, number) for number in range(60)]
    assert storage.load("0").sequence > 500
    assert max(read[30:]) <= max(read[:30]) <= 100
    assert storage.saves < 60


def test_runs_of_several_users_are_counted_together():
    storage = Counting()
    read = [run(storage, number, users=5) for number in range(60)]
    assert all(storage.load(str(user)) for user in range(5))
    assert max(read[30:]) <= max(read[:30]) <= 200


def test_one_run_saves_a_snapshot_after_the_same_number_of_entries():
    storage = Counting()
    run(storage, 0, entries=98)  # after the adoption of the rules
    assert storage.load("0") is None
    run(storage, 1, entries=1)
    assert storage.load("0") is not None


def test_opening_under_the_same_rules_reads_no_user():
    storage = Counting()
    run(storage, 0, users=10)
    storage.loads = storage.entries_read = 0
    Engine(RULES, storage=storage)
    Engine(storage=storage)
    assert (storage.loads, storage.entries_read) == (0, 0)


def test_reads_save_nothing():
    storage = Counting()
    run(storage, 0, entries=90)
    reader = Engine(storage=storage)
    assert reader.user("0", at=START + timedelta(days=1)).metrics["words"] == 90
    reader.close()
    assert storage.saves == 0


def test_a_snapshot_of_an_engine_that_is_ahead_is_not_used():
    storage = Counting()
    behind, ahead = Engine(RULES, storage=storage), Engine(RULES, storage=storage)
    play(ahead, "04-02T10:00 words 5", "0")
    ahead._repository._save(["0"])
    assert behind._repository.state("0") is None
    assert behind.user("0", at=START).metrics["words"] == 5


def test_a_snapshot_is_read_back_equal(tmp_path):
    """Totals over filtered events and pending timed awards are read back from the snapshot."""
    on_phone = {"device": "phone"}
    xp = PointsSystem(
        "xp",
        triggers=[TimePointsTrigger(1, "days", 2), MetricPointsTrigger("words", 1, 5, event_attributes=on_phone)],
    )
    rules = Ruleset(metrics=[Metric("words")], attributes=[Attribute("device", "event")], points=[xp])
    with Engine(rules, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        engine.record("words", user="jo", value=4, attributes=on_phone, at=at("04-01T10:00"))
        before = engine.export_user("jo")
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert (engine.export_user("jo")) == before
        awards = engine.settle(at=at("04-03T10:00"))
        outcome = engine.record("words", user="jo", attributes=on_phone, at=at("04-03T10:00"))
        assert (len(awards), outcome.points["xp"].total) == (1, 2)
