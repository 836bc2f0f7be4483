"""Commands: what a caller asks for, as the log keeps it. Together with the rules they determine everything.

They are named tuples and not attrs classes because one is made for every event.

>>> command = Record("18", 0, "words", 3, (), "lesson-1")
>>> encode(command)
'["record","18",0,"words",3,[],"lesson-1"]'
>>> decode(encode(command)) == command
True
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NamedTuple

from trophy_engine.errors import StorageIncompatible
from trophy_engine.numbers import Number

__all__ = [
    "Adopt",
    "Changes",
    "Command",
    "Complete",
    "GrantFreeze",
    "Identify",
    "Pause",
    "Record",
    "ResetStreak",
    "RestoreStreak",
    "Settle",
    "Unpause",
    "UserCommand",
    "decode",
    "encode",
]


#: Fields of a user and their new values, sorted; attributes under ``attributes.KEY``.
Changes = tuple[tuple[str, str | None], ...]


class Record(NamedTuple):
    """An event adds a value to a user's metric; ``attributes`` are the event's, as sorted pairs."""

    user_id: str
    at: int
    metric: str
    value: Number
    attributes: tuple[tuple[str, str], ...]
    idempotency_key: str | None


class Complete(NamedTuple):
    """The application completes an achievement for a user."""

    user_id: str
    at: int
    achievement: str


class Identify(NamedTuple):
    """Fields of a user take values."""

    user_id: str
    at: int
    changes: Changes


class GrantFreeze(NamedTuple):
    """The application gives a user a freeze."""

    user_id: str
    at: int


class Pause(NamedTuple):
    """The streak is to be safe on the local dates from ``start`` to ``end``, in ISO 8601."""

    user_id: str
    at: int
    start: str
    end: str


class Unpause(NamedTuple):
    """A pause, by its number among its user's, protects no further day."""

    user_id: str
    at: int
    number: int


class RestoreStreak(NamedTuple):
    """A streak that was lost is to run on."""

    user_id: str
    at: int


class ResetStreak(NamedTuple):
    """The running streak is to end now."""

    user_id: str
    at: int


class Settle(NamedTuple):
    """Everything that is due by an instant happens, to every user."""

    at: int


class Adopt(NamedTuple):
    """From this instant on the rules are these, as JSON."""

    rules: str
    at: int


#: A command about one user.
UserCommand = Record | Complete | Identify | GrantFreeze | Pause | Unpause | RestoreStreak | ResetStreak
Command = UserCommand | Settle | Adopt

#: The kinds of commands by the names that a log gives them; ``NAMES`` is the inverse.
KINDS: Final[dict[str, type[Any]]] = {
    "record": Record,
    "complete": Complete,
    "identify": Identify,
    "grant_freeze": GrantFreeze,
    "pause": Pause,
    "unpause": Unpause,
    "restore_streak": RestoreStreak,
    "reset_streak": ResetStreak,
    "settle": Settle,
    "adopt": Adopt,
}
NAMES: Final = {kind: name for name, kind in KINDS.items()}


def encode(command: Command) -> str:
    """Write a command as one line of JSON; a decimal becomes a string, which no other field at its place can be."""
    return json.dumps([NAMES[type(command)], *command], default=str, separators=(",", ":"))


def decode(line: str) -> Command:
    """Read a command that ``encode`` wrote.

    Raises:
        StorageIncompatible: it is of a kind that this version does not know.
    """
    name, *fields = json.loads(line)
    kind = KINDS.get(name)
    if kind is None:
        raise StorageIncompatible(
            f"the log holds a {name!r} command, which this version of trophy_engine does not know"
        )
    command: Command = kind(*map(_as_pairs, fields))
    if isinstance(command, Record) and isinstance(command.value, str):
        return command._replace(value=Decimal(command.value))
    return command


def _as_pairs(field: Any) -> Any:
    return tuple(map(tuple, field)) if isinstance(field, list) else field
