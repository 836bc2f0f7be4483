"""Replay of a frame of PySpark beside the local one: time of processors, memory, bytes that are shuffled and written.

python -m benchmarks.spark [--events 1000000] [--users 10000] [--partitions 8] [--master 'local-cluster[2,1,2048]']

Times are those of processors, summed over processes, so that other work on the machine changes them little.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import attrs
from pyspark.sql import DataFrame, SparkSession

from benchmarks.workload import ruleset
from trophy_engine.analysis import Columns, EffectLog, read_log, replay
from trophy_engine.analysis.spark import replay_frame

COLUMNS = Columns("user_id", "occurred_at", "metric", "value")
#: An event every one and a half seconds, in random order of users.
_EVENTS = (
    "concat('user-', pmod(xxhash64(id), {users})) as user_id",
    "timestamp_micros(1735689600000000 + id * 1500000) as occurred_at",
    "element_at(array('words', 'lessons', 'minutes'), cast(id % 3 as int) + 1) as metric",
    "1 + id % 30 as value",
)
_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 2**20


@attrs.define
class Usage:
    """The use of processors in seconds, and the greatest resident memory of one process in MiB, by kind of process."""

    cpu: dict[str, float] = attrs.field(factory=dict)
    peak: dict[str, int] = attrs.field(factory=dict)
    seconds: float = 0.0


def main() -> None:
    """Write a log, replay it locally and on the cluster, and print what both take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--master", default="local-cluster[2,1,2048]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _session(given.master, Path(name)) as spark:
        folder = Path(name)
        log = str(folder / "events.parquet")
        events = spark.range(given.events).selectExpr(*(part.format(users=given.users) for part in _EVENTS))
        events.coalesce(1).write.parquet(log)
        [path] = Path(log).glob("*.parquet")
        print(
            f"{given.events:,} events of {given.users:,} users, {path.stat().st_size / given.events:.1f} bytes an event"
        )
        frame = spark.read.parquet(log).repartition(4).cache()
        frame.count()
        for title, effects in (("local, no effects", False), ("local, all effects", True)):
            usage = _measure(lambda: _local(path, given.events, effects=effects))  # noqa: B023  # called now
            _show(title, usage, given.events)
        _on_cluster(frame.limit(20_000), given.partitions, folder / "warm", {})
        for title, options in (
            ("Spark, no effects", {"effects": False}),
            ("Spark, no effects, states kept", {"effects": False, "keep_states": True}),
            ("Spark, all effects", {}),
        ):
            out = folder / title.replace(" ", "-")
            before = _shuffled(folder)
            usage = _measure(lambda: _on_cluster(frame, given.partitions, out, options))  # noqa: B023  # called now
            _show(title, usage, given.events)
            print(f"    {(_shuffled(folder) - before) / given.events:.0f} bytes shuffled an event, compressed")
            _show_sizes(spark, out)


def _local(path: Path, events: int, *, effects: bool) -> None:
    with EffectLog() as log:
        result = replay(ruleset(), read_log(str(path), COLUMNS), effects=log if effects else None)
    if result.events != events:
        raise AssertionError(f"{result.events:,} of {events:,} events are read, {result.skipped:,} rows skipped")


def _on_cluster(frame: DataFrame, partitions: int, out: Path, options: dict[str, Any]) -> None:
    last = frame.agg({"occurred_at": "max"}).collect()[0][0].astimezone()
    replay_frame(ruleset(), frame, columns=COLUMNS, until=last, partitions=partitions, folder=str(out), **options)


@contextmanager
def _session(master: str, folder: Path) -> Iterator[SparkSession]:
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "127.0.0.1"}
    (folder / "log").mkdir()
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": f"file:{folder / 'log'}",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        # The default, INT96, has no time zone: a local replay without --tz skips every row.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    session = SparkSession.builder.master(master).config(map=options).getOrCreate()
    yield session
    session.stop()


def _shuffled(folder: Path) -> int:
    """Return the number of bytes that tasks have written for other tasks so far."""
    time.sleep(3)  # until the log of Spark is written
    written = 0
    for path in (folder / "log").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            if '"SparkListenerTaskEnd"' in line:
                metrics = json.loads(line).get("Task Metrics") or {}
                written += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return written


def _show(title: str, usage: Usage, events: int) -> None:
    total = sum(usage.cpu.values())
    by_kind = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in sorted(usage.cpu.items()) if seconds >= 0.1)  # noqa: PLR2004
    peaks = ", ".join(f"{kind} {peak:,} MiB" for kind, peak in sorted(usage.peak.items()) if peak)
    print(
        f"{title}: {usage.seconds:.1f} s; processors {total:.1f} s ({by_kind}), {events / total:,.0f} events/s a core"
    )
    print(f"    greatest resident memory of one process: {peaks}")


def _show_sizes(spark: SparkSession, out: Path) -> None:
    for table in sorted(out.glob("table=*")):
        size = sum(path.stat().st_size for path in table.glob("*.parquet"))
        rows = spark.read.parquet(str(table)).count()
        print(f"    {table.name}: {rows:,} rows, {size / max(rows, 1):.0f} bytes a row in Parquet")
    if (out / "table=states").exists():
        [row] = spark.read.parquet(str(out / "table=states")).selectExpr("avg(length(states.state)) as size").collect()
        print(f"    a state: {row['size']:.0f} bytes of JSON")


def _measure(run: Callable[[], object]) -> Usage:
    """Run a function and return what this process and those that it started have used meanwhile."""
    usage, done, before = Usage(), Event(), _read_processes()

    def sample() -> None:
        last: dict[int, tuple[str, float]] = {}
        while not done.wait(1) or not last:  # reading all processes takes time itself
            for pid, (kind, cpu, resident) in _read_processes().items():
                last[pid] = kind, cpu - before.get(pid, (kind, 0.0, 0))[1]
                usage.peak[kind] = max(usage.peak.get(kind, 0), resident)
        for kind, cpu in last.values():
            usage.cpu[kind] = usage.cpu.get(kind, 0.0) + cpu

    thread = Thread(target=sample)
    thread.start()
    started = time.perf_counter()
    run()
    usage.seconds = time.perf_counter() - started
    done.set()
    thread.join()
    return usage


def _read_processes() -> dict[int, tuple[str, float, int]]:
    """Return kind, use of processors and resident memory of this process and all that it started."""
    parents, read = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = path.read_text().rsplit(")", 1)
        except OSError:  # it has ended
            continue
        pid, numbers = int(name.split(" ", 1)[0]), fields.split()
        parents[pid] = int(numbers[1])
        kind = "JVM" if name.endswith("(java") else "driver" if pid == os.getpid() else "worker"
        cpu = (int(numbers[11]) + int(numbers[12])) / _TICKS
        read[pid] = kind, cpu, int(numbers[21]) * os.sysconf("SC_PAGE_SIZE") // _MIB
    return {pid: row for pid, row in read.items() if _descends(pid, parents)}


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        if pid == os.getpid():
            return True
        pid = parents[pid]
    return False


if __name__ == "__main__":
    main()
