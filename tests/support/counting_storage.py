"""A storage that counts its calls, and runs of an engine on it."""

from datetime import timedelta

from stories import at

from trophy_engine import Engine, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.storage import MemoryStorage

RULES = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])
START = at("04-02T10:00")


class CountingStorage(MemoryStorage):
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


def record_run(storage, number, users=1, entries=10):
    """Open a storage, record, and end without closing, like a killed process; return the number of entries read."""
    storage.entries_read = 0
    engine = Engine(RULES, storage=storage)
    for place in range(entries):
        moment = START + timedelta(days=number, seconds=place)
        engine.record("words", user=str(place % users), at=moment)
    return storage.entries_read
