"""Growth of the cost of every read: of the engine, of its reports and of the platform's API.

The first table grows the users, the second the changes of rules. Before each timed call one user records an event, so
that no call repeats the answer of the one before. The clock moves on with the events. Times are those of the processor,
so that other work on the machine changes them little.

python -m benchmarks.reads [--users 100 1000 10000 100000] [--changes 10 100 1000] [--only TEXT] [--seconds 1]
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count, cycle
from time import perf_counter, process_time

import httpx

from trophy_engine import (
    Achievement,
    AnniversaryTrigger,
    Attribute,
    Boost,
    Engine,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
    TimePointsTrigger,
)
from trophy_engine.calendar.instants import FIRST, to_micros
from trophy_engine.core import ChangeRules, Identify, Record
from trophy_engine.storage import Entry, MemoryStorage
from trophy_engine.trophy_api import EngineTransport

START = datetime(2025, 3, 3, tzinfo=UTC)
_DAYS = 6
_PLANS = ("free", "pro", "team")
_DEVICES = ("ios", "web")
#: The number of users that are read.
_ASKED = 10
#: A read is called at least once, and then until this many calls have been made or the time is up.
_MOST_CALLS = 50


def rules(xp: int = 10) -> Ruleset:
    """Return rules of every kind; ``xp`` is what an award pays, which a change of rules changes."""
    return Ruleset(
        metrics=[Metric("words"), Metric("minutes")],
        attributes=[Attribute("plan"), Attribute("device", "event")],
        streaks=[Streak("daily", metrics=[StreakMetric("words", 1)])],
        achievements=[
            *(Achievement(f"words-{number}", MetricTrigger("words", number)) for number in (1, 10, 50, 100, 250, 1000)),
            *(Achievement(f"streak-{length}", StreakTrigger(length)) for length in (2, 3, 5, 7, 14)),
            Achievement("a-year", AnniversaryTrigger(1)),
        ],
        points=[
            PointsSystem(
                "xp",
                triggers=[
                    MetricPointsTrigger("words", points=xp, threshold=10),
                    TimePointsTrigger(points=3, unit="days", interval=7),
                ],
                levels=[Level(f"level-{points}", points) for points in (10, 20, 50, 100)],
                boosts=[Boost("spring", 2, when={"start": date(2025, 3, 4), "end": date(2025, 3, 5)})],
            )
        ],
        leaderboards=[
            Leaderboard("month", "metric", date(2025, 3, 1), metric="words", run_unit="month", run_interval=1),
            Leaderboard("points", "points", date(2025, 3, 1), points="xp"),
            Leaderboard("streaks", "streak", date(2025, 3, 1)),
        ],
    )


class Population:
    """An engine in memory with users who have a short past, and a clock that moves on with their events.

    Args:
        users: the number of users.
        changes: the number of changes of rules, spread over the past.
    """

    def __init__(self, users: int, changes: int = 0) -> None:
        self.users = users
        self.now = START
        self.chance = random.Random(users)  # noqa: S311  # reproducible randomness
        self._asked = cycle(f"user{number}" for number in range(0, users, users // _ASKED))
        storage = MemoryStorage()
        storage.append([*self._past(changes)])
        self.engine = Engine(storage=storage, clock=lambda: self.now)
        transport = EngineTransport(self.engine)
        key = {"X-API-KEY": "any"}
        self.client = httpx.Client(transport=transport, base_url="https://api.trophy.so/v1", headers=key)
        self.admin = httpx.Client(transport=transport, base_url="https://admin.trophy.so/v1", headers=key)
        self.now = START + timedelta(days=_DAYS, hours=1)

    def _past(self, changes: int) -> Iterator[Entry]:
        """Yield the log of the past: every day all users, and then some changes of rules."""
        counter = count(2)
        yield Entry(1, 0, ChangeRules(rules().to_text("json"), FIRST))
        for day in range(_DAYS):
            for number in range(self.users):
                # All within the first half of the day, in order of time.
                at = to_micros(START + timedelta(days=day, seconds=number * 43_200 / self.users))
                user = f"user{number}"
                if day == 0:
                    signed_up = date(2024, 3, 5) + timedelta(days=number % 300)
                    profile = ("attributes.plan", _PLANS[number % 3]), ("sign_up_date", signed_up.isoformat())
                    yield Entry(next(counter), 1, Identify(user, at, profile))
                device = ("device", self.chance.choice(_DEVICES))
                words = Record(user, at, "words", self.chance.randint(1, 30), (device,), None)
                yield Entry(next(counter), day + 2, words)
            for number in range(changes * day // _DAYS, changes * (day + 1) // _DAYS):
                at = to_micros(START + timedelta(days=day, seconds=43_201 + number))
                yield Entry(next(counter), 0, ChangeRules(rules(xp=11 + number % 7).to_text("json"), at))

    def pick(self) -> str:
        """Return one of ten users, in turn."""
        return next(self._asked)

    def step(self) -> None:
        """Record an event of a random user, a second later."""
        self.now += timedelta(seconds=1)
        device = {"device": self.chance.choice(_DEVICES)}
        user = f"user{self.chance.randrange(self.users)}"
        self.engine.record("words", user=user, value=self.chance.randint(1, 30), attributes=device)

    def get(self, path: str) -> None:
        """Call the application API."""
        _check(self.client.get(path))

    def get_admin(self, path: str) -> None:
        """Call the admin API."""
        _check(self.admin.get(path))


def _check(response: httpx.Response) -> None:
    if response.status_code != httpx.codes.OK:
        raise AssertionError(f"{response.url}: {response.status_code} {response.text}")


Read = Callable[[Population], object]
_SUMMARY = "aggregation=daily&startDate=2025-03-01&endDate=2025-03-31"

#: Every read of the engine and of its reports.
ENGINE: dict[str, Read] = {
    "ruleset": lambda p: p.engine.ruleset,
    "rules_history": lambda p: p.engine.rules_history(),
    "user": lambda p: p.engine.user(p.pick()),
    "settled_until": lambda p: p.engine.settled_until(p.pick()),
    "has_recorded": lambda p: p.engine.has_recorded("words", user=p.pick(), idempotency_key="none"),
    "leaderboard, metric": lambda p: p.engine.leaderboard("month").rankings,
    "leaderboard, points": lambda p: p.engine.leaderboard("points").rankings,
    "leaderboard, streak": lambda p: p.engine.leaderboard("streaks").rankings,
    "leaderboards": lambda p: p.engine.leaderboards(),
    "standing, no days": lambda p: p.engine.standing(p.pick(), "month", days=0),
    "standing, metric": lambda p: p.engine.standing(p.pick(), "month"),
    "standing, points": lambda p: p.engine.standing(p.pick(), "points"),
    "standing, streak": lambda p: p.engine.standing(p.pick(), "streaks"),
    "standings": lambda p: p.engine.standings(p.pick(), "month", date(2025, 1, 1), date(2025, 12, 31)),
    "explain achievement": lambda p: p.engine.explain(p.pick(), achievement="words-100"),
    "explain points": lambda p: p.engine.explain(p.pick(), points="xp"),
    "explain streak": lambda p: p.engine.explain(p.pick(), streak=True),
    "transitions": lambda p: p.engine.transitions(p.pick()),
    "export_user": lambda p: p.engine.export_user(p.pick()),
    "settle, nothing due": lambda p: p.engine.settle(),
    "reports.summary": lambda p: p.engine.reports.summary(
        p.pick(), metric="words", start=date(2025, 3, 1), end=date(2025, 3, 31)
    ),
    "reports.streak_history": lambda p: p.engine.reports.streak_history(p.pick()),
    "reports.awards": lambda p: p.engine.reports.awards(p.pick(), "xp"),
    "reports.histogram": lambda p: p.engine.reports.histogram("xp"),
    "reports.histogram, filtered": lambda p: p.engine.reports.histogram("xp", {"plan": "pro"}),
    "reports.level_summary": lambda p: p.engine.reports.level_summary("xp"),
    "reports.rarities": lambda p: p.engine.reports.rarities(),
    "reports.wrapped": lambda p: p.engine.reports.wrapped(p.pick()),
}

#: Every read of the application API.
APPLICATION: dict[str, Read] = {
    "GET /achievements": lambda p: p.get("/achievements"),
    "GET /users/{id}": lambda p: p.get(f"/users/{p.pick()}"),
    "GET /users/{id}/preferences": lambda p: p.get(f"/users/{p.pick()}/preferences"),
    "GET /users/{id}/metrics": lambda p: p.get(f"/users/{p.pick()}/metrics"),
    "GET /users/{id}/metrics/{key}": lambda p: p.get(f"/users/{p.pick()}/metrics/words"),
    "GET …/metrics/{key}/event-summary": lambda p: p.get(f"/users/{p.pick()}/metrics/words/event-summary?{_SUMMARY}"),
    "GET /users/{id}/achievements": lambda p: p.get(f"/users/{p.pick()}/achievements"),
    "GET /users/{id}/streak": lambda p: p.get(f"/users/{p.pick()}/streak"),
    "GET /streaks": lambda p: p.get(f"/streaks?userIds={p.pick()}"),
    "GET /users/{id}/points/{key}": lambda p: p.get(f"/users/{p.pick()}/points/xp"),
    "GET …/points/{key}/boosts": lambda p: p.get(f"/users/{p.pick()}/points/xp/boosts"),
    "GET …/points/{key}/event-summary": lambda p: p.get(f"/users/{p.pick()}/points/xp/event-summary?{_SUMMARY}"),
    "GET /users/{id}/leaderboards/{key}": lambda p: p.get(f"/users/{p.pick()}/leaderboards/month"),
    "GET /users/{id}/wrapped": lambda p: p.get(f"/users/{p.pick()}/wrapped"),
    "GET /points/{key}": lambda p: p.get("/points/xp"),
    "GET /points/{key}/summary": lambda p: p.get("/points/xp/summary"),
    "GET /points/{key}/boosts": lambda p: p.get("/points/xp/boosts"),
    "GET /points/{key}/levels": lambda p: p.get("/points/xp/levels"),
    "GET /points/{key}/level-summary": lambda p: p.get("/points/xp/level-summary"),
    "GET /leaderboards": lambda p: p.get("/leaderboards"),
    "GET /leaderboards/{key}": lambda p: p.get("/leaderboards/month"),
}

#: Every list of the admin API; a single rule is found in the same list.
ADMIN: dict[str, Read] = {
    f"GET admin /{path}": partial(Population.get_admin, path=f"/{path}")
    for path in (
        "attributes",
        "metrics",
        "achievements",
        "points",
        "leaderboards",
        "streaks/settings",
        "settings",
        "environments",
    )
}
READS = ENGINE | APPLICATION | ADMIN


def nanoseconds(population: Population, read: Read, seconds: float) -> float:
    """Return the time of a call on the processor: the best of up to 50, after one of each user; an event before each.

    The calls that are not timed, and the events before them, build what later ones only have to keep up.
    """
    for _ in range(_ASKED if seconds else 0):
        population.step()
        read(population)
    best, until = float("inf"), perf_counter() + seconds
    for _ in range(_MOST_CALLS):
        population.step()
        gc.collect(0)
        started = process_time()
        read(population)
        best = min(best, process_time() - started)
        if perf_counter() > until:
            break
    return best * 1e9


def table(title: str, populations: Mapping[int, Callable[[], Population]], only: str, seconds: float) -> None:
    """Print the time of every read for the first size, and the ratios to it of the others."""
    times: dict[str, list[float]] = {}
    for size, build in populations.items():
        started = perf_counter()
        population = build()
        print(f"{title}: {size:,} built in {perf_counter() - started:.0f} s", file=sys.stderr)
        for name, read in READS.items():
            if re.search(only, name):
                times.setdefault(name, []).append(nanoseconds(population, read, seconds))
                print(f"  {name}: {times[name][-1]:,.0f} ns", file=sys.stderr)
    sizes = list(populations)
    print(f"\n| read | µs at {sizes[0]:,} {title} | " + " | ".join(f"{size:,}" for size in sizes[1:]) + " |")
    print("| --- | --- |" + " --- |" * (len(sizes) - 1))
    for name, (first, *others) in times.items():
        print(f"| {name} | {first / 1000:,.0f} | " + " | ".join(f"{taken / first:,.1f}" for taken in others) + " |")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, nargs="*", default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--changes", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--only", default="", help="measure only reads whose name matches this regular expression")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each read; 0 for one call, cold")
    options = parser.parse_args()
    if options.users:
        sizes = {size: partial(Population, size) for size in options.users}
        table("users", sizes, options.only, options.seconds)
    if options.changes:
        sizes = {size: partial(Population, 100, size) for size in options.changes}
        table("changes of rules", sizes, options.only, options.seconds)


if __name__ == "__main__":
    main()
