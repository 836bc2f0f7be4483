"""Snapshots are saved after the number of entries that a storage sets, in any number of runs."""

from datetime import timedelta

from counting_storage import START, CountingStorage, record_run

from trophy_engine import Engine


def test_runs_that_end_early_are_counted_together():
    storage = CountingStorage()
    read = [record_run(storage, number) for number in range(60)]
    assert storage.load("0").sequence > 500
    assert max(read[30:]) <= max(read[:30]) <= 100
    assert storage.saves < 60


def test_runs_of_several_users_are_counted_together():
    storage = CountingStorage()
    read = [record_run(storage, number, users=5) for number in range(60)]
    assert all(storage.load(str(user)) for user in range(5))
    assert max(read[30:]) <= max(read[:30]) <= 200


def test_one_run_saves_a_snapshot_after_the_same_number_of_entries():
    storage = CountingStorage()
    record_run(storage, 0, entries=98)  # after that of the rules
    assert storage.load("0") is None
    record_run(storage, 1, entries=1)
    assert storage.load("0") is not None


def test_reads_save_nothing():
    storage = CountingStorage()
    record_run(storage, 0, entries=90)
    reader = Engine(storage=storage)
    assert reader.user("0", at=START + timedelta(days=1)).metrics["words"] == 90
    reader.close()
    assert storage.saves == 0
