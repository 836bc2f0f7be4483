"""The errors of the package: they have one root, and each states its facts and a remedy.

>>> raise UnknownKey("metric", "word", ("words", "lessons"))
Traceback (most recent call last):
    ...
trophy_engine.errors.UnknownKey: unknown metric 'word'; did you mean 'words'? known: 'words', 'lessons'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Self

import attrs

from trophy_engine.values import Value

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
    "nearest",
]

_SHOWN = 8
#: The longest key for which a similar one is searched: comparing two keys takes quadratic time in their lengths.
_MAX_COMPARED_LENGTH = 100
_SHOWN_CHARACTERS = 120


class TrophyError(Exception):
    """The root of every error that the package raises on purpose."""


@attrs.frozen
class FieldName(Value):
    """The name of a field in a message; interfaces rename it to their own spelling and keep the text around it.

    Attributes:
        name: the name, or path of names, in snake_case; empty for a text without a field.
        before: text before it, for example ``"each of "``.
        after: text after it, for example the key ``".plan"`` of ``attributes.plan``.
    """

    name: str = ""
    before: str = attrs.field(default="", kw_only=True)
    after: str = attrs.field(default="", kw_only=True)

    def __str__(self) -> str:
        """Return the name and the text around it."""
        return f"{self.before}{self.name}{self.after}"

    def rename(self, rename: Callable[[str], str]) -> FieldName:
        """Return the field with its name, unless empty, converted by ``rename``, and the same text around it."""
        return attrs.evolve(self, name=rename(self.name)) if self.name else self


@attrs.frozen(eq=False)
class GivenValue:
    """A value in a message, shown as in Python; readers of files show it in the notation of the file.

    Attributes:
        value: the value.
        after: text after it, for example ``"; did you mean 'daily'?"``.
    """

    value: Any
    after: str = attrs.field(default="", kw_only=True)

    def __str__(self) -> str:
        """Return the representation of the value, cut to a length for messages, and the text after it."""
        return f"{short_repr(self.value)}{self.after}"

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickle the text, because other processes may not know the class of the value."""
        return str, (str(self),)


def name_field(name: str | FieldName, before: str = "", after: str = "") -> FieldName:
    """Return a name as a ``FieldName``, with more text around it."""
    if isinstance(name, str):
        return FieldName(name, before=before, after=after)
    return attrs.evolve(name, before=before + name.before, after=name.after + after)


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
        shown = fact if isinstance(fact, str) else _show_values(fact, short_repr)
        super().__init__(shown) if field is None else super().__init__(shown, field)
        self._fact = (fact,) if isinstance(fact, str) else fact
        self._field = None if field is None else name_field(field)
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
        return InvalidValue(_show_values(self._fact, show), self._field)

    def with_field(self, field: str) -> InvalidValue:
        """Return the error of the same fact about a field."""
        return InvalidValue(self._fact, field)

    def prefix_field(self, path: str) -> InvalidValue:
        """Return the error with a path before the name of its field."""
        return InvalidValue(self._fact, self._field and self._field.rename(lambda name: f"{path}.{name}"))


def _show_values(
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
            return f"{self.fact}; known {self.kind}s: {listed(self.known)}"
        near = nearest(self.key, self.known) if isinstance(self.key, str) else None
        hint = f" did you mean {near!r}?" if near else ""
        return f"unknown {self.kind} {short_repr(self.key)};{hint} known: {listed(self.known)}"


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


def short_repr(value: object) -> str:
    """Return the representation of any value, cut to a length for messages; never raise.

    >>> short_repr("words"), short_repr(10**5000)
    ("'words'", 'an int that is too long to show')

    Several lines, as of a frame, are shown as one.
    """
    try:
        shown = repr(value)
    except Exception:  # noqa: BLE001  # an int of 4,300 digits, nesting without end, or a faulty __repr__
        kind = type(value).__name__
        return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind} that is too long to show"
    return cut(" ".join(shown.split()) if "\n" in shown else shown)


def cut(text: str) -> str:
    """Return a text, cut to a length for messages."""
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def nearest(key: str, known: Sequence[str]) -> str | None:
    """Return the known key nearest to ``key`` regardless of case, or None if none is near.

    A key of more than 100 characters is near to none.

    >>> nearest("Lesons", ["words", "lessons"])
    'lessons'
    """
    from difflib import get_close_matches  # noqa: PLC0415  # only messages use it

    if len(key) > _MAX_COMPARED_LENGTH:
        return None
    by_lower = {name.lower(): name for name in reversed(known)}
    close = get_close_matches(key.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def nearest_choice(text: str, choices: Sequence[str]) -> str | None:
    """Return the choice that a text spells in another case, abbreviates or misspells, or None.

    >>> [nearest_choice(text, ["saturday", "sunday"]) for text in ("Sunday", "Sat", "satuday", "s")]
    ['sunday', 'saturday', 'saturday', None]
    """
    start = text.strip().rstrip(".").lower()
    abbreviated = [choice for choice in choices if start and choice.lower().startswith(start)]
    return abbreviated[0] if len(abbreviated) == 1 else nearest(start, choices)


def one_of(choices: Sequence[str], value: object) -> tuple[str | GivenValue, ...]:
    """Return the parts of a message for a value that is none of the choices, with the nearest choice.

    >>> " ".join(map(str, one_of(["daily", "weekly"], "Daily")))
    "must be one of 'daily', 'weekly', not 'Daily'; did you mean 'daily'?"
    """
    near = nearest_choice(value, choices) if isinstance(value, str) else None
    listed_choices = [GivenValue(choice, after=",") for choice in choices]
    known: tuple[str | GivenValue, ...] = ("must be one of", *listed_choices, "not")
    if near is None:
        return *known, GivenValue(value)
    return *known, GivenValue(value, after=";"), "did you mean", GivenValue(near, after="?")


def unknown_key(kind: str, key: str, near: str | None, known: Sequence[str]) -> str:
    """Return a short message for an unknown key: the key, and the nearest known key or, without one, the known keys."""
    return f"unknown {kind} {short_repr(key)}; {f'did you mean {near!r}?' if near else f'known: {listed(known)}'}"


def reason_of(error: Exception) -> str:
    """Return why a file cannot be read or written, without its name, which the message already has."""
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)


def listed(keys: Sequence[str], shown: int = _SHOWN) -> str:
    """Return the first keys, eight by default, and the number of further ones.

    >>> listed(["words", "lessons"]), listed([str(number) for number in range(10)])
    ("'words', 'lessons'", "'0', '1', '2', '3', '4', '5', '6', '7' and 2 more")
    """
    more = f" and {len(keys) - shown} more" if len(keys) > shown else ""
    return (", ".join(map(repr, keys[:shown])) or "none") + more
