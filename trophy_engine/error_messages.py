"""What error messages are made of: names of fields, values as they were given, and keys that exist.

>>> f"{name_field_in_message('days_off', before='each of ')} must be a weekday, not {GivenValue('sonday')}"
"each of days_off must be a weekday, not 'sonday'"
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from trophy_engine.values import Value

_SHOWN = 8
#: The longest key for which a similar one is searched: comparing two keys takes quadratic time in their lengths.
_MAX_COMPARED_LENGTH = 100
_SHOWN_CHARACTERS = 120


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


def name_field_in_message(name: str | FieldName, before: str = "", after: str = "") -> FieldName:
    """Return a name as a ``FieldName``, with more text around it."""
    if isinstance(name, str):
        return FieldName(name, before=before, after=after)
    return attrs.evolve(name, before=before + name.before, after=name.after + after)


def short_repr(value: object) -> str:
    """Return the representation of any value, cut to a length for messages; never raise.

    >>> short_repr("words"), short_repr(10**5000)
    ("'words'", 'an int that is too long to show')

    Several lines, as of a frame, are shown as one.
    """
    try:
        shown = repr(str.__str__(value) if isinstance(value, str) else value)
    except Exception:  # noqa: BLE001  # an int of 4,300 digits, nesting without end, or a faulty __repr__
        kind = type(value).__name__
        return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind} that is too long to show"
    return cut_text_for_message(" ".join(shown.split()) if "\n" in shown else shown)


def cut_text_for_message(text: str) -> str:
    """Return a text, cut to a length for messages."""
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def nearest_known_key(key: str, known: Sequence[str]) -> str | None:
    """Return the known key nearest to ``key`` regardless of case, or None if none is near.

    A key of more than 100 characters is near to none.

    >>> nearest_known_key("Lesons", ["words", "lessons"])
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
    return abbreviated[0] if len(abbreviated) == 1 else nearest_known_key(start, choices)


def one_of_message(choices: Sequence[str], value: object) -> tuple[str | GivenValue, ...]:
    """Return the parts of a message for a value that is none of the choices, with the nearest choice.

    >>> " ".join(map(str, one_of_message(["daily", "weekly"], "Daily")))
    "must be one of 'daily', 'weekly', not 'Daily'; did you mean 'daily'?"
    """
    near = nearest_choice(value, choices) if isinstance(value, str) else None
    listed_choices = [GivenValue(choice, after=",") for choice in choices]
    known: tuple[str | GivenValue, ...] = ("must be one of", *listed_choices, "not")
    if near is None:
        return *known, GivenValue(value)
    return *known, GivenValue(value, after=";"), "did you mean", GivenValue(near, after="?")


def unknown_key_message(kind: str, key: str, near: str | None, known: Sequence[str]) -> str:
    """Return a short message for an unknown key: the key, and the nearest known key or, without one, the known keys."""
    hint = f"did you mean {near!r}?" if near else f"known: {list_keys_in_message(known)}"
    return f"unknown {kind} {short_repr(key)}; {hint}"


def file_error_reason(error: Exception) -> str:
    """Return why a file cannot be read or written, without its name, which the message already has."""
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)


def list_keys_in_message(keys: Sequence[str], shown: int = _SHOWN) -> str:
    """Return the first keys, eight by default, and the number of further ones.

    >>> list_keys_in_message(["words", "lessons"]), list_keys_in_message([str(number) for number in range(10)])
    ("'words', 'lessons'", "'0', '1', '2', '3', '4', '5', '6', '7' and 2 more")
    """
    more = f" and {len(keys) - shown} more" if len(keys) > shown else ""
    return (", ".join(map(repr, keys[:shown])) or "none") + more
