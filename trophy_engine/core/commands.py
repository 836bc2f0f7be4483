"""Commands: the calls that change something, as the log keeps them. With the rules they determine every result.

They are named tuples and not attrs classes, because one is made for every event.

>>> command = Record("18", 0, "words", 3, (), "lesson-1")
>>> encode_command(command)
'["record","18",0,"words",3,[],"lesson-1"]'
>>> decode_command(encode_command(command)) == command
True
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final, NamedTuple, assert_never

from trophy_engine.calendar.instants import FIRST, LAST, parse_date
from trophy_engine.errors import InvalidValue, StorageIncompatible
from trophy_engine.identifiers import is_writable
from trophy_engine.numbers import Number, exact, parse_exact_number
from trophy_engine.representation import brief_repr

__all__ = [
    "Award",
    "ChangeRules",
    "Changes",
    "Command",
    "Complete",
    "GrantFreeze",
    "Identify",
    "Pause",
    "Record",
    "ResetStreak",
    "RestoreStreak",
    "ScopedKey",
    "Settle",
    "Unpause",
    "UserCommand",
    "check_command_text",
    "command_subject_and_key",
    "decode_command",
    "encode_command",
    "idempotency_key_of_command",
]


#: In place of a streak's key, in a pause: all streaks.
ALL_STREAKS: Final = "*"
#: Fields of a user and their new values, sorted; attributes under ``attributes.KEY``.
Changes = tuple[tuple[str, str | None], ...]

#: The scope of an idempotency key and the key: the kind of command, the user, and what the command is about.
ScopedKey = tuple[str, str, str, str]


class Record(NamedTuple):
    """Add the value of an event to a user's metric; ``attributes`` are those of the event, as sorted pairs."""

    user_id: str
    at: int
    metric: str
    value: Number
    attributes: tuple[tuple[str, str], ...]
    idempotency_key: str | None

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class Award(NamedTuple):
    """Add points to a user's balance; negative points are a payment."""

    user_id: str
    at: int
    system: str
    points: int
    reason: str
    idempotency_key: str | None

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class Complete(NamedTuple):
    """Complete an ``api`` achievement for a user."""

    user_id: str
    at: int
    achievement: str
    idempotency_key: str | None = None


class Identify(NamedTuple):
    """Set fields of a user."""

    user_id: str
    at: int
    changes: Changes

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class GrantFreeze(NamedTuple):
    """Grant a user a freeze for a streak; ``streak`` is its key, None for the primary one."""

    user_id: str
    at: int
    streak: str | None = None


class Pause(NamedTuple):
    """Protect a streak, or all for ``"*"``, on the local dates from ``start`` to ``end``, inclusive, in ISO 8601."""

    user_id: str
    at: int
    start: str
    end: str
    streak: str | None = None


class Unpause(NamedTuple):
    """End a pause from today on; ``number`` counts the user's pauses of the streak from 1."""

    user_id: str
    at: int
    number: int
    streak: str | None = None


class RestoreStreak(NamedTuple):
    """Continue a streak that was lost."""

    user_id: str
    at: int
    streak: str | None = None


class ResetStreak(NamedTuple):
    """End a running streak now."""

    user_id: str
    at: int
    streak: str | None = None


class Settle(NamedTuple):
    """Apply everything that is due by an instant, for all users."""

    at: int

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class ChangeRules(NamedTuple):
    """Use other rules, as JSON, from an instant on."""

    rules: str
    at: int


#: A command about one user.
UserCommand = Record | Award | Complete | Identify | GrantFreeze | Pause | Unpause | RestoreStreak | ResetStreak
Command = UserCommand | Settle | ChangeRules

#: The kinds of commands by their names in the log; ``NAMES`` is the inverse.
KINDS: Final[dict[str, type[Any]]] = {
    "record": Record,
    "award": Award,
    "complete": Complete,
    "identify": Identify,
    "grant_freeze": GrantFreeze,
    "pause": Pause,
    "unpause": Unpause,
    "restore_streak": RestoreStreak,
    "reset_streak": ResetStreak,
    "settle": Settle,
    "change_rules": ChangeRules,
}
NAMES: Final = {kind: name for name, kind in KINDS.items()}
#: How many characters of an invalid line an error shows.
_SHOWN: Final = 80
# Made once: json.dumps and json.loads spend much of their time on their arguments.
_write: Final = json.JSONEncoder(default=str, separators=(",", ":")).encode
_read: Final = json.JSONDecoder().raw_decode


def encode_command(command: Command) -> str:
    """Return a command as one line of JSON; decimals become strings."""
    return _write([NAMES[type(command)], *command])


def decode_command(line: str) -> Command:
    """Parse a line that ``encode_command`` returned.

    Raises:
        StorageIncompatible: the line is not a command, or is of a kind that this version does not know.
    """
    try:
        (name, *fields), end = _read(line)
        if end == len(line):
            return _PARSERS[name](*fields)
        error: Exception | None = None
    except KeyError:
        raise StorageIncompatible(
            f"unknown command {name!r}, of a later version of trophy_engine; upgrade the package"
        ) from None
    except (TypeError, ValueError, RecursionError) as caught:
        error = caught
    shown = repr(line)[:_SHOWN]
    raise StorageIncompatible(
        f"{shown} is not a command of this version of trophy_engine; upgrade the package"
    ) from error


def idempotency_key_of_command(command: Command) -> ScopedKey | None:
    """Return the idempotency key of a command with its scope, or None for a command without one."""
    subject, key = command_subject_and_key(command)
    if subject is None or key is None or isinstance(command, Settle | ChangeRules):
        return None
    return NAMES[type(command)], command.user_id, subject, key


def command_subject_and_key(command: Command) -> tuple[str | None, str | None]:
    """Return what a command is about and its idempotency key; None and None for a command that has no such key."""
    match command:
        case Record(_, _, subject, _, _, key) | Award(_, _, subject, _, _, key) | Complete(_, _, subject, key):
            return subject, key
        case Identify() | GrantFreeze() | Pause() | Unpause() | RestoreStreak() | ResetStreak():
            return None, None
        case Settle() | ChangeRules():
            return None, None
        case _:
            assert_never(command)


def check_command_text(command: Command) -> None:
    """Check that every storage can keep the texts of a command.

    Raises:
        InvalidValue: a text contains a lone surrogate or NUL.
    """
    for field in command:
        if isinstance(field, str):
            texts: Iterable[str | None] = (field,)
        elif field and isinstance(field, tuple):
            texts = chain(*field)
        else:
            continue
        for text in texts:
            if text is not None and not is_writable(text):
                raise InvalidValue(f"a command must be text that UTF-8 can write, without NUL, not {text!r}")


# --- parsing the fields of a line, which raises ValueError or TypeError -----------------------------------------------


def _parse_record_command(
    user_id: Any, at: Any, metric: Any, value: Any, attributes: Any, idempotency_key: Any
) -> Record:
    return Record(
        _parse_command_text(user_id),
        _parse_command_instant(at),
        _parse_command_text(metric),
        exact(value) if type(value) is int else parse_exact_number(_parse_command_text(value)),
        tuple([(_parse_command_text(key), _parse_command_text(text)) for key, text in _parse_command_list(attributes)]),
        _parse_optional_command_text(idempotency_key),
    )


def _parse_award_command(user_id: Any, at: Any, system: Any, points: Any, reason: Any, idempotency_key: Any) -> Award:
    return Award(
        _parse_command_text(user_id),
        _parse_command_instant(at),
        _parse_command_text(system),
        _parse_command_integer(points),
        _parse_command_text(reason),
        None if idempotency_key is None else _parse_command_text(idempotency_key),
    )


def _parse_complete_command(user_id: Any, at: Any, achievement: Any, idempotency_key: Any) -> Complete:
    key = None if idempotency_key is None else _parse_command_text(idempotency_key)
    return Complete(_parse_command_text(user_id), _parse_command_instant(at), _parse_command_text(achievement), key)


def _parse_identify_command(user_id: Any, at: Any, changes: Any) -> Identify:
    pairs = [
        (_parse_command_text(field), None if value is None else _parse_command_text(value))
        for field, value in _parse_command_list(changes)
    ]
    return Identify(_parse_command_text(user_id), _parse_command_instant(at), tuple(pairs))


def _parse_pause_command(user_id: Any, at: Any, start: Any, end: Any, streak: Any) -> Pause:
    return Pause(
        _parse_command_text(user_id),
        _parse_command_instant(at),
        _parse_command_date(start),
        _parse_command_date(end),
        _parse_optional_command_text(streak),
    )


def _parse_unpause_command(user_id: Any, at: Any, number: Any, streak: Any) -> Unpause:
    return Unpause(
        _parse_command_text(user_id),
        _parse_command_instant(at),
        _parse_command_integer(number),
        _parse_optional_command_text(streak),
    )


def _parser_of_streak_command(kind: Callable[..., Command]) -> Callable[..., Command]:
    def parse(user_id: Any, at: Any, streak: Any) -> Command:
        return kind(_parse_command_text(user_id), _parse_command_instant(at), _parse_optional_command_text(streak))

    return parse


def _parse_command_text(field: Any) -> str:
    if type(field) is str and is_writable(field):
        return field
    raise ValueError(field)


def _parse_optional_command_text(field: Any) -> str | None:
    return None if field is None else _parse_command_text(field)


def _parse_command_integer(field: Any) -> int:
    if type(field) is int:
        return field
    raise ValueError(field)


def _parse_command_instant(field: Any) -> int:
    if type(field) is int and FIRST <= field < LAST:
        return field
    raise ValueError(field)


def _parse_command_date(field: Any) -> str:
    return parse_date(_parse_command_text(field), "date").isoformat()


def _parse_command_list(field: Any) -> list[Any]:
    if type(field) is list:
        return field
    raise ValueError(field)


_PARSERS: Final[dict[str, Callable[..., Command]]] = {
    "record": _parse_record_command,
    "award": _parse_award_command,
    "complete": _parse_complete_command,
    "identify": _parse_identify_command,
    "grant_freeze": _parser_of_streak_command(GrantFreeze),
    "pause": _parse_pause_command,
    "unpause": _parse_unpause_command,
    "restore_streak": _parser_of_streak_command(RestoreStreak),
    "reset_streak": _parser_of_streak_command(ResetStreak),
    "settle": lambda at: Settle(_parse_command_instant(at)),
    "change_rules": lambda rules, at: ChangeRules(_parse_command_text(rules), _parse_command_instant(at)),
}
