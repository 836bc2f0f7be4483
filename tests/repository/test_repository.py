"""The repository loads states from snapshots and the log."""

from counting_storage import RULES, START, CountingStorage, record_run
from stories import at, play

from trophy_engine import (
    Attribute,
    Engine,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    TimePointsTrigger,
)
from trophy_engine.storage import Snapshot, SQLiteStorage


def test_opening_under_the_same_rules_reads_no_user():
    storage = CountingStorage()
    record_run(storage, 0, users=10)
    storage.loads = storage.entries_read = 0
    Engine(RULES, storage=storage)
    Engine(storage=storage)
    assert (storage.loads, storage.entries_read) == (0, 0)


def test_a_snapshot_of_an_engine_that_is_ahead_is_not_used():
    storage = CountingStorage()
    behind, ahead = Engine(RULES, storage=storage), Engine(RULES, storage=storage)
    play(ahead, "04-02T10:00 words 5", "0")
    plan, state = ahead._repository.plan, ahead._repository.state("0")
    storage.save([Snapshot("0", ahead._repository.sequence, plan.digest, state.dump(plan))])
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
