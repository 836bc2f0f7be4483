"""The storage in memory passes the tests of storages."""

from trophy_engine.storage import MemoryStorage
from trophy_engine.testing.storage import StorageConformance


class TestMemoryStorage(StorageConformance):
    def create_storage(self, tmp_path):
        return MemoryStorage()
