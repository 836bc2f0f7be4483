"""The calls of a frame of a game: microseconds for each, for save files of a short and a long time of play.

The time of ``record`` includes the wait for the disk; the others are those of the processor.

python -m benchmarks.frame
"""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from trophy_engine import Engine, Ruleset
from trophy_engine.storage import SQLiteStorage

RULES = Ruleset.load(Path(__file__).parents[1] / "docs" / "examples" / "game" / "rules.toml")
START = datetime(2025, 6, 2, 18, tzinfo=UTC)


def microseconds(call: Callable[[], object], calls: int, clock: Callable[[], float] = process_time) -> float:
    """Return the time of a call in microseconds, the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        started = clock()
        for _ in range(calls):
            call()
        best = min(best, clock() - started)
    return best / calls * 1e6


def measure(path: Path, days: int) -> list[float]:
    """Return the time of each call after a number of days with 20 events each."""
    now = START
    with Engine(RULES, storage=SQLiteStorage(path), clock=lambda: now) as engine:
        for day in range(days):
            now = START + timedelta(days=day)
            with engine.batch():
                for _ in range(20):
                    engine.record("digs", user="player")
        now += timedelta(days=1)
        return [
            microseconds(lambda: engine.user("player"), 1000),
            microseconds(lambda: engine.user("player").next_achievements(3), 1000),
            microseconds(lambda: engine.reports.streak_history("player", 8), 1),
            microseconds(lambda: engine.record("gems", user="player", attributes={"kind": "ruby"}), 100, perf_counter),
            microseconds(engine.settle, 100),
        ]


def main() -> None:
    """Print a table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print("| days of play, 20 events each | `user` | `next_achievements` | `streak_history` | `record` | `settle` |")
    print("| --- | --- | --- | --- | --- | --- |")
    for days in (1, 30, 365):
        with TemporaryDirectory() as folder:
            times = measure(Path(folder) / "save.db", days)
        print(f"| {days} | " + " | ".join(f"{time:,.0f}" for time in times) + " |")


if __name__ == "__main__":
    main()
