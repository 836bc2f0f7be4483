"""Replay of a log that is larger than memory: time, and the peak memory of the processes.

python -m benchmarks.large [--events 20000000] [--users 100000] [--workers 1]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.sql import COLUMNS, RULES
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import read_log

_LOG = """
copy (
    select 'user-' || (hash(i) % $users) as user_id, to_timestamp(1735689600 + i * 1.5) as occurred_at,
        case i % 3 when 0 then 'words' when 1 then 'lessons' else 'minutes' end as metric, 1 + i % 30 as value
    from range($events) as log(i)
) to '{path}' (format parquet, row_group_size 250000)
"""


def main() -> None:
    """Write a log with an event every one and a half seconds; replay it, and print time and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        duckdb.execute(_LOG.format(path=path), {"events": given.events, "users": given.users})
        size = path.stat().st_size
        before = _peak(resource.RUSAGE_SELF)
        started = time.perf_counter()
        result = replay(RULES, read_log(str(path), COLUMNS), workers=given.workers)
        taken = time.perf_counter() - started
    print(f"{result.events:,} events of {len(result.states):,} users, a file of {size / 1e6:,.0f} MB")
    print(f"{given.workers} processes: {taken:.0f} s, {result.events / taken:,.0f} events/s")
    print(f"peak memory: {_peak(resource.RUSAGE_SELF):,} MiB, of which {before:,} before the replay; ", end="")
    print(f"peak of the largest other process: {_peak(resource.RUSAGE_CHILDREN):,} MiB")


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


if __name__ == "__main__":
    main()
