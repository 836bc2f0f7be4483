"""A habit tracker on the command line: ``python habits.py done running``, then ``status``, ``calendar`` or ``why``.

The user names the habits, and rules name their streaks: so each habit is a user of the engine, and "done"
is the metric.
"""

import sys
from argparse import ArgumentParser
from calendar import Calendar
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Final

from trophy_engine import (
    Achievement,
    Engine,
    Freezes,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
    TrophyError,
)

EVERY_WEEK: Final = Freezes(max_count=2, auto_earn_interval=7, auto_earn_amount=1)
RULES: Final = Ruleset(
    metrics=[Metric("done")],
    streaks=[Streak("daily", metrics=[StreakMetric("done")], freezes=EVERY_WEEK)],
    achievements=[Achievement(f"{days}-days", StreakTrigger(days), name=f"{days} days") for days in (7, 30, 100)],
)
#: The user's data directory, by platform.
DATA: Final = {"win32": "AppData/Local", "darwin": "Library/Application Support"}.get(sys.platform, ".local/share")
SAVE_FILE: Final = Path.home() / DATA / "habits" / "habits.db"


def mark_done(engine: Engine, habit: str, now: datetime) -> None:
    """Record a habit; the date as the key of the event makes a second time on one day change nothing."""
    engine.identify(habit, time_zone=now.isoformat()[-6:], at=now)  # the zone of the clock on the wall, as an offset
    outcome = engine.record("done", user=habit, idempotency_key=f"{now:%Y-%m-%d}", at=now)
    print(f"{habit}: {'already done' if outcome.replayed else 'done'} today, streak {outcome.streak.length}")
    for achievement in outcome.achievements:
        print(f"{habit}: unlocked {achievement.name!r}")


def print_status(engine: Engine, now: datetime) -> None:
    """Print a row for each habit: whether it is done today, its streak, the longest one, and the freezes."""
    print(f"{'':20} today  streak  longest  freezes")
    for habit in engine.players(at=now):
        done = habit.streak.expires is not None and habit.streak.expires > now.date()
        numbers = f"{habit.streak.length:6}  {habit.streak.longest:7}  {habit.freezes:7}"
        print(f"{habit.id:20} {'done' if done else '-':5}  {numbers}")


def print_calendar(engine: Engine, habit: str, now: datetime) -> None:
    """Print the month to date: ``#`` marks the days on which a habit was done, ``*`` those that cost a freeze."""
    marks = {}
    history = engine.reports.streak_history(habit, periods=now.day + 1, at=now)
    for before, day in pairwise(history):
        credited = day.length > before.length
        over = "*" if day.used_freeze else "."
        marks[day.period_start.day] = "#" if credited else over if day.period_start < now.date() else " "
    print(f"{habit}, {now:%B %Y}", "Mo  Tu  We  Th  Fr  Sa  Su", sep="\n")
    for week in Calendar().monthdayscalendar(now.year, now.month):
        print(" ".join(f"{day:2}{marks.get(day, ' ')}" if day else "   " for day in week).rstrip())


def main() -> None:
    """Run the command."""
    parser = ArgumentParser(description="Track habits, and keep their streaks.")
    parser.add_argument("command", choices=["done", "status", "calendar", "why"])
    parser.add_argument("habit", nargs="?", help="its name; all commands but status need it")
    parser.add_argument("--file", type=Path, default=SAVE_FILE, help="the save file (%(default)s)")
    parser.add_argument("--today", type=date.fromisoformat, metavar="2025-06-02", help="another date than today's")
    arguments = parser.parse_args()
    now = (datetime.combine(arguments.today, time(12)) if arguments.today else datetime.now(UTC)).astimezone()
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with Engine(RULES, storage=arguments.file) as engine:
            match arguments.command, arguments.habit:
                case "status", _:
                    print_status(engine, now)
                case command, None:
                    parser.error(f"{command} needs the name of a habit")
                case "done", habit:
                    mark_done(engine, habit, now)
                case "calendar", habit:
                    print_calendar(engine, habit, now)
                case "why", habit:
                    print(engine.explain(habit, streak=True, at=now))
    except TrophyError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
