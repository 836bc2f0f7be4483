"""What it costs to look at the achievements of one user: all of them, and every field of each.

The fields of a view are computed when the first of them is read, so a screen that shows ten of them pays for ten. The
second time is that of a screen which shows all.

python -m benchmarks.achievements [--achievements 200] [--rounds 300]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

import attrs

from trophy_engine import Achievement, AchievementView, Engine, Metric, MetricTrigger, Ruleset

_AT = datetime(2025, 3, 3, tzinfo=UTC)


def rules(count: int) -> Ruleset:
    """Return rules with so many achievements on two metrics, of which the user of ``main`` has a third."""
    metrics = ("words", "lessons")
    return Ruleset(
        [Metric(key) for key in metrics],
        achievements=[
            Achievement(f"a{number}", MetricTrigger(metrics[number % 2], 10 * (number + 1)), f"Badge {number}", "Go on")
            for number in range(count)
        ],
    )


def main() -> None:
    """Print the shortest time of each way to look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--achievements", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=300)
    given = parser.parse_args()
    engine = Engine(rules(given.achievements))
    for key in ("words", "lessons"):
        engine.record(key, user="ann", value=given.achievements * 10 // 3, at=_AT)
    names = [field.name for field in attrs.fields(AchievementView)]
    ways: dict[str, Callable[[], object]] = {
        "engine.user(u)": lambda: engine.user("ann"),
        "engine.user(u).achievements": lambda: engine.user("ann").achievements,
        "and every field of each": lambda: [
            [getattr(view, name) for name in names] for view in engine.user("ann").achievements
        ],
    }
    print(f"{given.achievements:,} achievements, of which the user has {len(engine.user('ann').completed):,}")
    for name, look in ways.items():
        print(f"{name:28}{min(_time(look) for _ in range(given.rounds)) * 1e3:8.3f} ms")


def _time(look: Callable[[], object]) -> float:
    start = perf_counter()
    look()
    return perf_counter() - start


if __name__ == "__main__":
    main()
