"""Growth of costs with the achievements on a metric and with the users; each row beside the first of its table.

python -m benchmarks.growth
"""

from __future__ import annotations

import argparse
import gc
import time
import tracemalloc

from benchmarks.workload import Event, events, fail_on, group_by_user, homes, ruleset
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.partition import EventsByUser
from trophy_engine.core import Plan, UserState
from trophy_engine.engine.plugs import compile_ruleset

_DAYS = 365
_EVENTS = 300_000
_EACH = 20
_ROUNDS = 5


def main() -> None:
    """Print both tables and the bytes a user takes."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    where = homes(3000)
    log = events(3000, _EVENTS // 3000, _DAYS)
    plans = {f"{further:,}": compile_ruleset(ruleset(further)) for further in (10, 100, 1000, 10_000)}
    table("achievements with a trigger on one metric", {name: (plan, log, where) for name, plan in plans.items()})
    plan = plans["10"]
    sizes = {}
    for users in (1000, 10_000, 100_000):
        sizes[f"{users:,}"] = (plan, events(users, _EACH, _DAYS), homes(users))
    table(f"users, {_EACH} events each", sizes)
    print(f"\nbytes a user in memory, after 100 events each: {bytes_a_user(plan, log, where):,.0f}")


def table(title: str, rows: dict[str, tuple[Plan, list[Event], dict[str, str]]]) -> None:
    """Time the rows in turn, round by round, and print the best time of each."""
    best: dict[str, float] = {}
    for _ in range(_ROUNDS):
        for name, (plan, log, where) in rows.items():
            events_by_user = group_by_user(log, where)
            gc.collect()
            started = time.process_time()
            evaluate(plan, events_by_user)
            taken = (time.process_time() - started) / len(log) * 1e9
            best[name] = min(best.get(name, taken), taken)
    print(f"\n{title:36}{'ns/event':>10}{'of first':>10}  (best of {_ROUNDS} rounds)")
    first = next(iter(best.values()))
    for name, taken in best.items():
        print(f"{name:36}{taken:10.0f}{taken / first:10.2f}")


def bytes_a_user(plan: Plan, log: list[Event], where: dict[str, str]) -> float:
    """Return the mean size of a user's state, in bytes."""
    events_by_user = group_by_user(log, where)
    evaluate(plan, events_by_user)  # fills the caches of the zones, which users share
    gc.collect()
    tracemalloc.start()
    states = evaluate(plan, events_by_user)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(states)


def evaluate(plan: Plan, events_by_user: EventsByUser) -> list[UserState | None]:
    """Evaluate the events of all users, one user after the other; return the users' states."""
    evaluator = UserEvaluator(plan, fail_on)
    return [evaluator.evaluate(events, events[-1].at).state for events in events_by_user.values()]


if __name__ == "__main__":
    main()
