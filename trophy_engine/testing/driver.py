"""The driver: executes commands through the engine's public methods."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, assert_never

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    Award,
    Complete,
    Effect,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Settle,
    StreakCommand,
    Unpause,
    UserCommand,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import TrophyError

__all__ = ["HistoryCommand", "effects_of", "execute", "play", "states"]

#: A command of a history: one of a user, or settling everyone.
HistoryCommand = UserCommand | Settle


def execute(  # noqa: PLR0911  # one call per command
    engine: Engine, command: HistoryCommand
) -> Outcome | tuple[Effect, ...] | TrophyError:
    """Execute a command through the engine's public methods.

    Returns:
        The outcome, the effects of settling, or the error of a refused command.
    """
    at = from_micros(command.at)
    try:
        match command:
            case Record(user, _, metric, value, attributes, key):
                return engine.record(
                    metric, user=user, value=value, at=at, attributes=dict(attributes), idempotency_key=key
                )
            case Award(user, _, system, points, reason, key):
                return engine.award(system, points, user=user, reason=reason, at=at, idempotency_key=key)
            case Complete(user, _, achievement, key):
                return engine.complete(achievement, user=user, at=at, idempotency_key=key)
            case Identify(user, _, changes):
                return _drive_identification(engine, user, dict(changes), at)
            case Settle():
                return engine.settle(at=at)
            case streak_command:
                return _drive_streak_command(engine, streak_command, at)
    except TrophyError as error:
        return error


def _drive_identification(engine: Engine, user: str, changes: dict[str, str | None], at: datetime) -> Outcome:
    """Identify a user or set preferences, with the engine's method for each."""
    if any(field.startswith("preferences.") for field in changes):
        preferences = {
            field.rpartition(".")[2]: json.loads(value) for field, value in changes.items() if value is not None
        }
        if any(field.startswith("preferences.notifications.") for field in changes):
            return engine.prefer(user, notifications=preferences, at=at)
        streak = next(iter(changes)).split(".")[2]
        if "enabled" in preferences:
            preferences["streak_enabled"] = preferences.pop("enabled")
        return engine.prefer(user, streak=streak, at=at, **preferences)
    fields: dict[str, Any] = {field: value for field, value in changes.items() if "." not in field}
    attributes = {field.partition(".")[2]: str(value) for field, value in changes.items() if "." in field}
    return engine.identify(user, at=at, attributes=attributes, **fields)


def _drive_streak_command(engine: Engine, command: StreakCommand, at: datetime) -> Outcome:
    match command:
        case GrantFreeze(user, _, streak):
            return engine.grant_freeze(user, streak=streak, at=at)
        case Pause(user, _, start, end, streak):
            return engine.pause(user, start, end, streak=streak, at=at)
        case Unpause(user, _, number, streak):
            return engine.unpause(user, number, streak=streak, at=at)
        case RestoreStreak(user, _, streak):
            return engine.restore_streak(user, streak=streak, at=at)
        case ResetStreak(user, _, streak):
            return engine.reset_streak(user, streak=streak, at=at)
        case _:
            assert_never(command)


def effects_of(result: Outcome | tuple[Effect, ...] | TrophyError) -> tuple[Effect, ...]:
    """Return the effects of the result of a command; a refusal has none."""
    if isinstance(result, TrophyError):
        return ()
    return result.effects if isinstance(result, Outcome) else result


def play(engine: Engine, commands: Iterable[HistoryCommand]) -> list[Effect]:
    """Execute commands in order, and return all effects in order."""
    return [effect for command in commands for effect in effects_of(execute(engine, command))]


def states(engine: Engine) -> dict[str, dict[str, Any]]:
    """Return the exported state of every user, by id."""
    return {user: engine.export_user(user) for user in engine.users()}
