"""Replay of a Parquet log beside one DuckDB query for the same totals, points and longest streaks, in one run.

python -m benchmarks.sql [--events 1000000] [--users 10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.workload import events
from trophy_engine import Metric, MetricPointsTrigger, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import read_log
from trophy_engine.numbers import Number

_DAYS = 365
COLUMNS = Columns("user_id", "occurred_at", "metric", "value")
RULES = Ruleset(
    metrics=[Metric("words"), Metric("lessons"), Metric("minutes")],
    streaks=[Streak("daily", metrics=[StreakMetric("lessons")])],
    points=[
        PointsSystem(
            "xp",
            triggers=[MetricPointsTrigger("words", points=5, threshold=50), MetricPointsTrigger("lessons", points=10)],
        )
    ],
)
# Gaps and islands: the days of a streak have one difference between the day and its number among the user's days.
_QUERY = """
with totals as (
    select user_id,
        coalesce(sum(value) filter (metric = 'words'), 0) as words,
        coalesce(sum(value) filter (metric = 'lessons'), 0) as lessons,
        coalesce(sum(value) filter (metric = 'minutes'), 0) as minutes
    from read_parquet($log) group by user_id
), days as (
    select distinct user_id, epoch_us(occurred_at) // 86400000000 as day
    from read_parquet($log) where metric = 'lessons'
), islands as (
    select user_id, day - row_number() over (partition by user_id order by day) as island from days
), streaks as (
    select user_id, count(*) as length from islands group by user_id, island
), longest as (
    select user_id, max(length) as longest from streaks group by user_id
)
select user_id, words, lessons, minutes, words // 50 * 5 + lessons * 10 as points, coalesce(longest, 0)
from totals left join longest using (user_id) order by user_id
"""

Result = list[tuple[str | Number, ...]]


def main() -> None:
    """Print a table of the median times and of their ratios to DuckDB's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write_log(path, given.users, given.events // given.users)
        runs: dict[str, Callable[[], Result]] = {
            "DuckDB, one thread": lambda: by_query(path, 1),
            f"DuckDB, {os.cpu_count()} threads": lambda: by_query(path, os.cpu_count() or 1),
            "replay, one process": lambda: by_replay(path, 1),
            "replay, two processes": lambda: by_replay(path, 2),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(given.rounds):
            results = []
            for name, run in runs.items():
                started = time.perf_counter()
                results.append(run())
                times[name].append(time.perf_counter() - started)
            assert all(result == results[0] for result in results), "the results differ"
    first = statistics.median(next(iter(times.values())))
    print(f"{given.events:,} events, {given.users:,} users; medians of {given.rounds} rounds, equal results")
    for name, rounds in times.items():
        middle = statistics.median(rounds)
        print(f"{name:28}{middle:8.2f} s{middle / first:8.2f} times the first")


def write_log(path: Path, users: int, each: int) -> None:
    """Write the workload as Parquet."""
    at, user, metric, value = zip(*events(users, each, _DAYS), strict=True)
    table = pa.table(
        {
            "user_id": user,
            "occurred_at": pa.array(at, pa.timestamp("us", "UTC")),
            "metric": metric,
            "value": value,
        }
    )
    pq.write_table(table, path, row_group_size=250_000)


def by_query(path: Path, threads: int) -> Result:
    """Run the query in DuckDB."""
    with duckdb.connect(config={"threads": threads}) as connection:
        return connection.execute(_QUERY, {"log": str(path)}).fetchall()


def by_replay(path: Path, workers: int) -> Result:
    """Evaluate the log."""
    result = replay(RULES, read_log(str(path), COLUMNS), workers=workers)
    return [
        (one.id, *one.metrics.values(), one.points["xp"].total, one.streak.longest if one.streak else 0)
        for one in result.players()
    ]


if __name__ == "__main__":
    main()
