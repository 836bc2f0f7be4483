"""Save files for tests: a short history with every kind of command, and the full content of its file.

Run as a script, this module writes the golden files of the present formats (see tests/storage/test_golden.py).
"""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Engine,
    Freezes,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.core.commands import encode_command
from trophy_engine.storage import SQLiteStorage

__all__ = ["GOLDEN", "create_history", "day", "perform_history", "read_history"]

GOLDEN = Path(__file__).parents[1] / "storage" / "golden"
BEFORE = Ruleset(
    metrics=[Metric("words"), Metric("pages")],
    attributes=[Attribute("plan", "user"), Attribute("device", "event")],
    achievements=[Achievement("onboarded", ApiTrigger())],
    streaks=[
        Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1, 3, 7, 1)),
        Streak("reading", "weekly", [StreakMetric("pages")], freezes=Freezes(0, 2)),
    ],
)
AFTER = Ruleset(
    metrics=BEFORE.metrics,
    attributes=BEFORE.attributes,
    achievements=[*BEFORE.achievements, Achievement("ten", MetricTrigger("words", 10))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, 5)])],
    streaks=BEFORE.streaks,
)


def day(number):
    return datetime(2025, 4, number, 10, tzinfo=UTC)


def perform_history(storage):
    """Record a history with every kind of command, and close the storage."""
    with Engine(BEFORE, storage=storage) as engine:
        for number in range(1, 6):
            engine.record("words", user="jo", value=3, at=day(number), idempotency_key=f"lesson-{number}")
        engine.record("words", user="Zoë 🦊", value=Decimal("0.1"), at=day(5), attributes={"device": "a\nb"})
        engine.identify("jo", name="Jo", time_zone="Europe/Berlin", attributes={"plan": "pro"}, at=day(6))
        engine.complete("onboarded", user="mia", at=day(6), idempotency_key="tour")
        engine.grant_freeze("mia", at=day(6))
        engine.grant_freeze("mia", streak="reading", at=day(6))
        engine.pause("mia", "2025-04-08", "2025-04-09", streak="*", at=day(7))
        engine.unpause("mia", 1, at=day(7))
        engine.settle(at=day(12))
        engine.restore_streak("jo", at=day(13))
        engine.record("pages", user="jo", value=10**29, at=day(13), idempotency_key="lesson-1")
        engine.record("words", user="Zoë 🦊", value=1, at=day(13))
        engine.update(AFTER, at=day(14))
        engine.reset_streak("Zoë 🦊", at=day(14))
        engine.record("words", user="jo", value=7, at=day(14), idempotency_key="lesson-6")
        engine.award("xp", 30, user="jo", reason="Zoë's quiz", at=day(14))
        engine.award("xp", -5, user="jo", at=day(14), idempotency_key="lesson-6")


def create_history(path, page_size=512):
    """Create a save file of that history; small pages leave few bytes unused."""
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size = {page_size}")
    connection.execute("VACUUM")
    connection.close()
    perform_history(SQLiteStorage(path))


def read_history(path):
    """Read the content of a save file, and the results of a repeated and of a new command."""
    with closing(SQLiteStorage(path, synchronous="NORMAL")) as storage, Engine(storage=storage) as engine:
        log = [(entry.sequence, entry.number, encode_command(entry.command)) for entry in engine.log()]
        users = {user: engine.export_user(user) for user in engine.users()}
        keys = [
            engine.has_recorded(metric, user="jo", idempotency_key=f"lesson-{number}")
            for metric in ("words", "pages")
            for number in range(1, 8)
        ]
        commands = [
            engine.record("words", user=user, at=day(20), idempotency_key="lesson-2") for user in ("jo", "mia", "new")
        ]
        outcomes = [(outcome.replayed, str(outcome.total), outcome.event_id) for outcome in commands]
        return log, users, list(users), keys, outcomes, [version.ruleset for version in engine.rules_history()]


if __name__ == "__main__":
    file = GOLDEN / "save-layout-1.db"
    GOLDEN.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    create_history(file)
    with Engine(storage=SQLiteStorage(file)) as golden:
        lines = [encode_command(entry.command) for entry in golden.log()]
        states = {user: golden.export_user(user) for user in golden.users()}
    (GOLDEN / "commands.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (GOLDEN / "states.json").write_text(json.dumps(states, indent=1) + "\n", encoding="utf-8")
