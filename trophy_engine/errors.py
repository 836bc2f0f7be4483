"""The errors of the package: they have one root, and each states its facts and a remedy.

>>> raise UnknownKey("metric", "word", ("words", "lessons"))
Traceback (most recent call last):
    ...
trophy_engine.errors.UnknownKey: unknown metric 'word'; did you mean 'words'? known: 'words', 'lessons'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Self

from trophy_engine.error_messages import (
    FieldName,
    GivenValue,
    list_keys_in_message,
    name_field_in_message,
    nearest_known_key,
    short_repr,
)

__all__ = [
    "AchievementLocked",
    "AlreadyCompleted",
    "CustomizationDisabled",
    "EarlierThanSettled",
    "EngineBusy",
    "FreezeLimitReached",
    "GateClosed",
    "InvalidRules",
    "InvalidValue",
    "MissingExtra",
    "NoStreakToReset",
    "NoStreakToRestore",
    "OutOfPoints",
    "Refused",
    "StorageClosed",
    "StorageConflict",
    "StorageDamaged",
    "StorageError",
    "StorageIncompatible",
    "SubscribersFailed",
    "TrophyError",
    "UnknownKey",
    "UnknownUser",
    "UnreadableRules",
]


class TrophyError(Exception):
    """The root of every error that the package raises on purpose."""


class InvalidValue(TrophyError, ValueError):
    """An argument that is invalid in every state.

    Attributes:
        field: the name of the invalid field or argument, for example ``max_count``; None without one.
        fact: what is wrong with the field and what it must be, or the whole message.

    >>> error = InvalidValue(("1 must be at least", FieldName("start_count"), "2"), "max_count")
    >>> str(error), error.field, error.fact
    ('max_count 1 must be at least start_count 2', 'max_count', '1 must be at least start_count 2')
    >>> str(error.rename_fields(str.upper))
    'MAX_COUNT 1 must be at least START_COUNT 2'
    >>> str(InvalidValue(("must be text, not", GivenValue(True))).show_values(lambda value: str(value).lower()))
    'must be text, not true'
    """

    def __init__(
        self, fact: str | tuple[str | FieldName | GivenValue, ...], field: str | FieldName | None = None
    ) -> None:
        shown = fact if isinstance(fact, str) else _show_given_values(fact, short_repr)
        super().__init__(shown) if field is None else super().__init__(shown, field)
        self._fact = (fact,) if isinstance(fact, str) else fact
        self._field = None if field is None else name_field_in_message(field)
        self.field = None if self._field is None else (self._field.name + self._field.after) or None
        self.fact = " ".join(map(str, self._fact))

    def __str__(self) -> str:
        """Return the name of the field, if any, and the fact."""
        return self.fact if self._field is None else f"{self._field} {self.fact}"

    def rename_fields(self, rename: Callable[[str], str]) -> InvalidValue:
        """Return the error with every name of a field converted by ``rename``."""
        fact = tuple(part.rename(rename) if isinstance(part, FieldName) else part for part in self._fact)
        return InvalidValue(fact, self._field and self._field.rename(rename))

    def show_values(self, show: Callable[[object], str]) -> InvalidValue:
        """Return the error with every given value converted to text by ``show``."""
        return InvalidValue(_show_given_values(self._fact, show), self._field)

    def with_remedy(self, remedy: str) -> InvalidValue:
        """Return the error with a text after its fact."""
        *parts, last = self._fact
        ended: str | FieldName | GivenValue = f"{last}{remedy}"
        if isinstance(last, GivenValue):
            ended = GivenValue(last.value, after=f"{last.after}{remedy}")
        elif isinstance(last, FieldName):
            ended = name_field_in_message(last, after=remedy)
        return InvalidValue((*parts, ended), self._field)

    def with_field(self, field: str) -> InvalidValue:
        """Return the error of the same fact about a field."""
        return InvalidValue(self._fact, field)

    def prefix_field(self, path: str) -> InvalidValue:
        """Return the error with a path before the name of its field."""
        return InvalidValue(self._fact, self._field and self._field.rename(lambda name: f"{path}.{name}"))


def _show_given_values(
    fact: tuple[str | FieldName | GivenValue, ...], show: Callable[[object], str]
) -> tuple[str | FieldName, ...]:
    return tuple(f"{show(part.value)}{part.after}" if isinstance(part, GivenValue) else part for part in fact)


class InvalidRules(TrophyError, ValueError):
    """Rules that contradict themselves; ``problems`` lists every contradiction.

    Attributes:
        problems: the contradictions.
        source: the rules file; None for rules from elsewhere.
    """

    def __init__(self, problems: Sequence[object], source: str | None = None) -> None:
        super().__init__(tuple(problems), source)
        self.problems, self.source = tuple(problems), source

    def __str__(self) -> str:
        """Return the file, and every problem on its own line."""
        lines = [str(problem) for problem in self.problems]
        return "\n".join(lines if self.source is None else [f"{self.source} has errors:", *lines])


class UnreadableRules(TrophyError):
    """A rules file that cannot be read as text.

    Attributes:
        source: the file.
        fact: the reason.
        line, column: the position of the first byte that is not UTF-8, from 1, the column in characters; else 1.
    """

    def __init__(self, source: str, fact: str, line: int = 1, column: int = 1) -> None:
        super().__init__(source, fact, line, column)
        self.source, self.fact, self.line, self.column = source, fact, line, column

    def __str__(self) -> str:
        """Return the file and the reason."""
        return f"cannot read {self.source}: {self.fact}"


class UnknownKey(TrophyError, LookupError):
    """A key that the ruleset does not declare, or that does not name what is asked for.

    Attributes:
        kind, key: what is asked for, and the key.
        known: the keys of what can be asked for.
        fact: what the key names instead, in words; None if it names nothing.
    """

    def __init__(self, kind: str, key: str, known: Sequence[str], fact: str | None = None) -> None:
        super().__init__(kind, key, tuple(known), fact)
        self.kind, self.key, self.known, self.fact = kind, key, tuple(known), fact

    def __str__(self) -> str:
        """Return the key, what it names or the nearest known key, and the known keys."""
        if self.fact is not None:
            return f"{self.fact}; known {self.kind}s: {list_keys_in_message(self.known)}"
        near = nearest_known_key(self.key, self.known) if isinstance(self.key, str) else None
        hint = f" did you mean {near!r}?" if near else ""
        return f"unknown {self.kind} {short_repr(self.key)};{hint} known: {list_keys_in_message(self.known)}"


class UnknownUser(TrophyError, LookupError):
    """A user who does not exist, or did not exist at the instant in question."""

    def __init__(self, user_id: str) -> None:
        super().__init__(user_id)
        self.user_id = user_id

    def __str__(self) -> str:
        """Return the user, and which calls create users."""
        return (
            f"unknown user {self.user_id!r}; users exist from their first record, award, complete or identify command"
        )


class Refused(TrophyError):
    """A valid command that the rules or the history do not allow; it changed nothing."""


class EarlierThanSettled(Refused):
    """A command at an instant before ``settled``, that of the last thing that happened to its user."""

    def __init__(self, user_id: str, at: datetime, settled: datetime) -> None:
        super().__init__(user_id, at, settled)
        self.user_id, self.at, self.settled = user_id, at, settled

    def __str__(self) -> str:
        """Return both instants and the remedy."""
        return (
            f"{self.at.isoformat()} is before {self.settled.isoformat()}, the instant of the last command or effect of "
            f"user {self.user_id!r}; send the commands of each user in order of time"
        )


class OutOfPoints(Refused):
    """A payment, or an event with a blocking deduction, that would take a points system below zero."""

    def __init__(self, user_id: str, system: str, total: int, needed: int) -> None:
        super().__init__(user_id, system, total, needed)
        self.user_id, self.system, self.total, self.needed = user_id, system, total, needed

    def __str__(self) -> str:
        """Return the balance and the cost."""
        return f"user {self.user_id!r} has {self.total} of {self.system!r}, and needs {self.needed}"


class AlreadyCompleted(Refused):
    """A second completion of an achievement by the same user."""

    def __init__(self, user_id: str, achievement: str, at: datetime) -> None:
        super().__init__(user_id, achievement, at)
        self.user_id, self.achievement, self.at = user_id, achievement, at

    def __str__(self) -> str:
        """Return the user, the achievement, and the instant of its completion."""
        return f"user {self.user_id!r} has already completed achievement {self.achievement!r}, at {self.at.isoformat()}"


class GateClosed(Refused):
    """A completion of an achievement with a gate that is closed for the user.

    Attributes:
        user_id, achievement: the user and the achievement.
        field: the condition that does not hold, for example ``"weekdays"`` or ``"user_attributes.plan"``.
        wanted, found: what it requires, and what it found instead; None for nothing.
        reason: both in words, and what to do.
    """

    def __init__(self, user_id: str, achievement: str, field: str, wanted: Any, found: Any, reason: str) -> None:
        super().__init__(user_id, achievement, field, wanted, found, reason)
        self.user_id, self.achievement = user_id, achievement
        self.field, self.wanted, self.found, self.reason = field, wanted, found, reason

    def __str__(self) -> str:
        """Return the achievement, the user and the reason."""
        return f"achievement {self.achievement!r} cannot be completed for user {self.user_id!r}: {self.reason}"


class FreezeLimitReached(Refused):
    """A freeze for a user who has as many as the rules allow; ``streak`` is the key that the call named, if any."""

    def __init__(self, user_id: str, freezes: int, streak: str | None = None) -> None:
        super().__init__(user_id, freezes, streak)
        self.user_id, self.freezes, self.streak = user_id, freezes, streak

    def __str__(self) -> str:
        """Return the user, the streak and the number of freezes."""
        of_streak = "" if self.streak is None else f" of the streak {self.streak!r}"
        return f"user {self.user_id!r} already has the maximum number of freezes{of_streak}, {self.freezes}"


class NoStreakToRestore(Refused):
    """A restoration for a user without a recently lost streak that is longer than the present one.

    ``streak`` is the key that the call named, if any.
    """

    def __init__(self, user_id: str, length: int, streak: str | None = None) -> None:
        super().__init__(user_id, length, streak)
        self.user_id, self.length, self.streak = user_id, length, streak

    def __str__(self) -> str:
        """Return the user, the streak and the present length."""
        kind = "streak" if self.streak is None else f"streak {self.streak!r}"
        return f"user {self.user_id!r} has no recently lost {kind} that is longer than the current one of {self.length}"


class NoStreakToReset(Refused):
    """A reset for a user without a running streak; ``streak`` is the key that the call named, if any."""

    def __init__(self, user_id: str, streak: str | None = None) -> None:
        super().__init__(user_id, streak)
        self.user_id, self.streak = user_id, streak

    def __str__(self) -> str:
        """Return the user and the streak."""
        kind = "streak" if self.streak is None else f"streak {self.streak!r}"
        return f"user {self.user_id!r} has no running {kind} to reset"


class CustomizationDisabled(Refused):
    """A custom streak under rules that do not allow it."""

    def __init__(self, user_id: str) -> None:
        super().__init__(user_id)
        self.user_id = user_id

    def __str__(self) -> str:
        """Return the user and the fact."""
        return f"user {self.user_id!r} cannot have a custom streak; set customization_enabled in the streak rules"


class AchievementLocked(Refused):
    """A completion of a locked achievement, which can no longer be completed."""

    def __init__(self, user_id: str, achievement: str) -> None:
        super().__init__(user_id, achievement)
        self.user_id, self.achievement = user_id, achievement

    def __str__(self) -> str:
        """Return the achievement and the user."""
        return f"achievement {self.achievement!r} is locked, so user {self.user_id!r} cannot complete it"


class MissingExtra(TrophyError):
    """A missing library, which an extra of the package installs."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(feature, extra)
        self.feature, self.extra = feature, extra

    def __str__(self) -> str:
        """Return what needs the extra, and how to install it."""
        return f"{self.feature} requires an extra; install it with: pip install 'trophy-engine[{self.extra}]'"


class StorageError(TrophyError):
    """The base of the errors of a storage."""


class StorageClosed(StorageError):
    """A call after ``close()``."""


class StorageConflict(StorageError):
    """An append after another engine has appended to the log; nothing was written."""

    def __str__(self) -> str:
        """Return the fact and the remedy."""
        return f"{super().__str__()}; another engine has written to the log; repeat the call, which first reads the log"


class StorageIncompatible(StorageError):
    """A file that this version of the package cannot read."""


class StorageDamaged(StorageError):
    """A file with a content that differs from what was written to it.

    Attributes:
        path: the file.
        sequence: the sequence of the damaged entry of the log; None if the damage is not in one entry.
        fact: the check that failed.
    """

    def __init__(self, path: str, sequence: int | None, fact: str) -> None:
        super().__init__(path, sequence, fact)
        self.path, self.sequence, self.fact = path, sequence, fact

    def __str__(self) -> str:
        """Return the damaged part, what can still be read, and the remedy."""
        if self.sequence is None:
            return (
                f"{self.path} is damaged: {self.fact}; restore a backup, or read the remaining entries with entries(); "
                "if the file does not open, use verify=False"
            )
        return (
            f"{self.path}: entry {self.sequence} is damaged: {self.fact}; restore a backup; "
            f"entries() reads the log before it and entries({self.sequence}) the log after it"
        )


class SubscribersFailed(TrophyError, ExceptionGroup[Exception]):
    """A group of the exceptions of subscribers; the command is committed.

    Attributes:
        outcome: the outcome of the command; None after ``settle``, ``update`` and a batch.
        effects: the effects that were passed to subscribers.
    """

    outcome: Any = None
    effects: tuple[Any, ...] = ()

    def derive(self, errors: Sequence[Exception]) -> Self:  # type: ignore[override]  # always a group of the same kind
        """Return a group of the given exceptions, with the same outcome and effects."""
        derived = type(self)(self.message, errors)
        derived.outcome, derived.effects = self.outcome, self.effects
        return derived


class EngineBusy(TrophyError, RuntimeError):
    """A call of an asyncio task while another task has acquired the engine."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder

    def __str__(self) -> str:
        """Return the name of the task that has acquired the engine, and the remedy."""
        return (
            f"the asyncio task {self.holder!r} uses the engine in a batch or an exclusive block; end that block before "
            "it awaits anything, or await that task first"
        )
