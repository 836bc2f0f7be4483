"""Costs of a leaderboard: queries of a rank, a page and a threshold, and recording, with more and more participants.

python -m benchmarks.leaderboards
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from trophy_engine import Engine, Leaderboard, Metric, Ruleset
from trophy_engine.calendar.instants import to_micros

_START = datetime(2025, 1, 1, tzinfo=UTC)
_SIZES = (1000, 10_000, 100_000)
_CALLS = 5000
_ROUNDS = 3


def main() -> None:
    """Print the cost of each query, a row for each size, beside that with fewer participants."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    chance = random.Random(7)  # noqa: S311  # reproducible randomness
    found: dict[int, dict[str, float]] = {}
    for size in _SIZES:
        engine, now = _filled(size, chance)
        found[size] = _costs(engine, size, now, chance)
    print(f"\n{'participants':>12}" + "".join(f"{name:>16}" for name in found[_SIZES[0]]) + "  (ns, best of rounds)")
    for size, costs in found.items():
        print(f"{size:12,}" + "".join(f"{taken:16,.0f}" for taken in costs.values()))


def _filled(size: int, chance: random.Random) -> tuple[Engine, datetime]:
    board = Leaderboard("words", "metric", date(2025, 1, 1), metric="words", max_participants=1_000_000)
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("quiet")], leaderboards=[board]))
    for number in range(size):
        now = _START + timedelta(seconds=number)
        engine.record("words", user=f"user{number}", value=chance.randint(1, 1000), at=now)
    return engine, now


def _costs(engine: Engine, size: int, now: datetime, chance: random.Random) -> dict[str, float]:
    users = [f"user{chance.randrange(size)}" for _ in range(_CALLS)]
    instant = to_micros(now)
    index = engine._execution.leaderboards.as_of(instant)  # noqa: SLF001  # the query itself, without the view
    board = index.plan.boards["words"]
    ranking = index.ranking(board, 0)
    return {
        "rank": _time(lambda user: index.position(board, 0, user), users),
        "threshold": _time(lambda _: ranking.threshold(()), users),
        "page of 10": _time(lambda user: engine.leaderboard("words", at=now, user=user, offset=-5), users),
        "standing": _time(lambda user: engine.standing(user, "words", at=now + timedelta(days=1), days=0), users),
        "record": _time(lambda user: engine.record("words", user=user, at=now), users),
        "record unranked": _time(lambda user: engine.record("quiet", user=user, at=now), users),
    }


def _time(ask: Callable[[str], object], users: list[str]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        gc.collect()
        started = time.process_time()
        for user in users:
            ask(user)
        best = min(best, (time.process_time() - started) / len(users) * 1e9)
    return best


if __name__ == "__main__":
    main()
