"""The storages that come with the package are storages."""

from trophy_engine.storage import MemoryStorage, SQLiteStorage
from trophy_engine.testing.storage import StorageConformance


class TestMemoryStorage(StorageConformance):
    def create_storage(self, tmp_path):
        return MemoryStorage()


class TestSQLiteStorage(StorageConformance):
    def create_storage(self, tmp_path):
        return SQLiteStorage(tmp_path / "save.db")


class TestSQLiteStorageWithoutAFile(StorageConformance):
    def create_storage(self, tmp_path):
        return SQLiteStorage(":memory:", synchronous="NORMAL")
