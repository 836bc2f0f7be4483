"""The start of a process: what a small game takes to import, begin and record one event, against its dependencies.

Each program runs in processes of its own, in turn, after one that compiles the bytecode.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
from statistics import median

DEPENDENCIES = "import attrs, dateutil.relativedelta, zoneinfo"

GAME = """
from trophy_engine import Achievement, Engine, Metric, MetricTrigger, Ruleset, Streak, StreakMetric

rules = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("daily", frequency="daily", metrics=[StreakMetric("words", threshold=10)])],
    achievements=[Achievement("hundred", MetricTrigger("words", value=100), name="A hundred words")],
)
engine = Engine(rules)
engine.subscribe("achievement.completed", lambda effect: print("unlocked:", effect.achievement))
outcome = engine.record("words", user="18", value=120)
print(outcome.total, outcome.streak.length, engine.user("18").achievements[0].name)
"""


def _processor_time(program: str) -> float:
    """Return the milliseconds of processor that a program takes in a process of its own."""
    variables = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", program]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=variables)  # noqa: S603  # programs of this file
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Print the processor time of each program, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each program runs (20)")
    rounds = parser.parse_args().rounds
    programs = {"Python alone": "pass", "attrs, dateutil and zoneinfo": DEPENDENCIES, "a small game": GAME}
    for program in programs.values():
        _processor_time(program)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            times[name].append(_processor_time(program))
    ms = {name: median(each) for name, each in times.items()}
    print("| a process that runs | ms | of the dependencies |")
    print("| --- | --- | --- |")
    for name, each in ms.items():
        print(f"| {name} | {each:.0f} | {each / ms['attrs, dateutil and zoneinfo']:.2f} |")


if __name__ == "__main__":
    main()
