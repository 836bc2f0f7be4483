"""Performance: commands done through the engine's public methods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.commands import Complete, Identify, Record, Settle, UserCommand
from trophy_engine.core.effects import Effect
from trophy_engine.engine import Engine
from trophy_engine.errors import TrophyError
from trophy_engine.outcome import Outcome

__all__ = ["Deed", "effects_of", "perform", "play", "states"]

#: What a history is made of.
Deed = UserCommand | Settle


def perform(engine: Engine, command: Deed) -> Outcome | tuple[Effect, ...] | TrophyError:
    """Do a command through the engine's public methods.

    Returns:
        The outcome, or what settling made happen, or the error of a command that was refused.
    """
    at = from_micros(command.at)
    try:
        match command:
            case Record(user, _, metric, value, attributes, key):
                return engine.record(
                    metric, user=user, value=value, at=at, attributes=dict(attributes), idempotency_key=key
                )
            case Complete(user, _, achievement):
                return engine.complete(achievement, user=user, at=at)
            case Identify(user, _, changes):
                fields: dict[str, Any] = {key: value for key, value in changes if "." not in key}
                given = {key.partition(".")[2]: str(value) for key, value in changes if "." in key}
                return engine.identify(user, at=at, attributes=given, **fields)
            case _:
                return engine.settle(at=at)
    except TrophyError as error:
        return error


def effects_of(result: Outcome | tuple[Effect, ...] | TrophyError) -> tuple[Effect, ...]:
    """Give what happened; nothing, for a refusal."""
    if isinstance(result, TrophyError):
        return ()
    return result.effects if isinstance(result, Outcome) else result


def play(engine: Engine, deeds: Iterable[Deed]) -> list[Effect]:
    """Do commands one after the other, and give everything that happened, in order."""
    return [effect for deed in deeds for effect in effects_of(perform(engine, deed))]


def states(engine: Engine) -> dict[str, dict[str, Any]]:
    """Give the state of every user, by id, as a snapshot would hold it."""
    return {user: engine.dump(user) for user in engine.users()}
