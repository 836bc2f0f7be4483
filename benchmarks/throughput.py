"""Events per second beside the hand-written floor, in one run, on the same events, with equal results.

python -m benchmarks.throughput [--events 1000000] [--users 10000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks import floor
from benchmarks.workload import Event, events, fail_on, group_by_user, homes, ruleset
from trophy_engine import Engine, Player
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.engine.plugs import compile_ruleset

_DAYS = 365
_END = datetime(2026, 3, 1, tzinfo=UTC)
_FLOOR, _REPLAY, _ENGINE = "floor, written by hand", "replay, a user at a time", "Engine.record, in memory"


def main() -> None:
    """Print a table of the median rates and of their ratios to the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    where = homes(given.users)
    log = events(given.users, given.events // given.users, _DAYS)
    print(f"{len(log):,} events, {given.users:,} users, {len(set(where.values()))} zones, {_DAYS} days")
    runs: dict[str, Callable[[list[Event], dict[str, str]], tuple[float, dict[str, Any]]]] = {
        _FLOOR: by_hand,
        _REPLAY: by_replay,
        _ENGINE: by_engine,
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(given.rounds):
        digests = []
        for name, run in runs.items():
            taken, digest = run(log, where)
            times[name].append(taken)
            digests.append(digest)
        assert all(digest == digests[0] for digest in digests), "the results differ"
    print(f"{'':28}{'ns/event':>10}{'events/s':>12}{'of floor':>10}  (medians of {given.rounds} rounds, equal results)")
    for name, rounds in times.items():
        middle = median(rounds)
        ratio = median([one / two for one, two in zip(times[_FLOOR], rounds, strict=True)])
        print(f"{name:28}{middle / len(log) * 1e9:10.0f}{len(log) / middle:12,.0f}{ratio:10.2f}")


def by_hand(log: list[Event], where: dict[str, str]) -> tuple[float, dict[str, Any]]:
    """Run the hand-written loop."""
    return timed(lambda: floor.evaluate(log, where, to_micros(_END)))


def by_replay(log: list[Event], where: dict[str, str]) -> tuple[float, dict[str, Any]]:
    """Run the evaluator of a replay: the events of one user after the other, already grouped."""
    evaluator = UserEvaluator(compile_ruleset(ruleset()), fail_on)
    events_by_user = group_by_user(log, where)

    def run() -> dict[str, Any]:
        until = to_micros(_END)
        return {user: evaluator.evaluate(user_events, until).state for user, user_events in events_by_user.items()}

    taken, states = timed(run)
    return taken, {user: digest(Player(evaluator.plan, state)) for user, state in states.items()}


def by_engine(log: list[Event], where: dict[str, str]) -> tuple[float, dict[str, Any]]:
    """Run the engine: an outcome for every event, and a log of them in memory."""
    engine = Engine(ruleset())
    calls = [(metric, user, value, from_micros(at)) for at, user, metric, value in log]
    first = {user: at for _, user, _, at in reversed(calls)}
    for user, at in sorted(first.items(), key=lambda one: one[1]):
        engine.identify(user, time_zone=where[user], at=at)

    def run() -> None:
        for metric, user, value, at in calls:
            engine.record(metric, user=user, value=value, at=at)
        engine.settle(at=_END)

    taken, _ = timed(run)
    return taken, {user: digest(engine.user(user, at=_END)) for user in engine.users()}


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the time of one run, and its result."""
    gc.collect()
    started = time.process_time()
    result = run()
    return time.process_time() - started, result


def digest(player: Player) -> tuple[Any, ...]:
    """Return every result of the ruleset for a user."""
    xp = player.points["xp"]
    return (
        tuple(player.metrics.values()),
        (xp.total, xp.level and xp.level.key),
        (player.streak.length, player.streak.longest, player.freezes, player.freezes_used),
        {one.key: to_micros(one.achieved_at) for one in player.achievements if one.achieved_at is not None},
    )


def median(values: list[float]) -> float:
    """Return the median."""
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    main()
