"""Unmet conditions: what a gate requires and what it found instead, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from trophy_engine.rules.phrases import count_noun


class UnmetCondition(NamedTuple):
    """A condition of a gate that does not hold.

    Attributes:
        field: its field, for example ``"between"``, ``"user_attributes.plan"`` or ``"levels.xp"``.
        wanted: what it requires: a value, a date, the key of an achievement or of a level, the length of a streak, or a
            tuple of values, of weekdays, or of the two times of day.
        found: what it found instead; None for nothing.
        unit: the noun for what the length of a streak is counted in.
    """

    field: str
    wanted: Any
    found: Any
    unit: str = "period"

    @property
    def text(self) -> str:
        """What is required, and what was found, as a sentence."""
        kind, _, name = self.field.partition(".")
        wanted = count_noun(self.wanted, self.unit) if kind == "streak" else self.wanted
        return SENTENCES[kind](name, wanted, self.found)

    @property
    def remedy(self) -> str:
        """What to do about it, as a phrase."""
        return REMEDIES[self.field.partition(".")[0]]


def _join_required_values(words: Iterable[str]) -> str:
    """Return words joined with commas and "or"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _describe_unmet_attribute(name: str, wanted: str | tuple[str, ...], found: str | None) -> str:
    required = _join_required_values(map(repr, wanted)) if isinstance(wanted, tuple) else repr(wanted)
    return f"it requires {name} = {required}; the value of this user is {'not set' if found is None else repr(found)}"


def _describe_unmet_streak(name: str, wanted: str, found: int) -> str:
    streak = f"the streak {name!r}" if name else "a streak"
    return f"it requires {streak} of {wanted}; its length was {found:,}"


#: By field of a gate, a function of the name after the field, of what is wanted and of what was found.
SENTENCES: Final[Mapping[str, Callable[[str, Any, Any], str]]] = {
    "weekdays": lambda _, wanted, found: (
        f"it requires a {_join_required_values(map(str.title, wanted))}; it was a {found.title()}"
    ),
    "between": lambda _, wanted, found: f"it requires a local time from {wanted[0]} to {wanted[1]}; it was {found}",
    "start": lambda _, wanted, found: f"it requires a local date from {wanted} on; it was {found}",
    "end": lambda _, wanted, found: f"it requires a local date up to {wanted}; it was {found}",
    "user_attributes": _describe_unmet_attribute,
    "achievements": lambda _, wanted, __: f"it requires the achievement {wanted!r}, which was not completed",
    "levels": lambda name, wanted, found: (
        f"it requires the level {wanted!r} in {name}; the level was {'none' if found is None else repr(found)}"
    ),
    "streak": _describe_unmet_streak,
}

#: By field of a gate, what to do where its condition does not hold.
REMEDIES: Final[Mapping[str, str]] = {
    "weekdays": "complete it on such a day",
    "between": "complete it at such a time",
    "start": "complete it from that date on",
    "end": "give the gate a later end, or do not offer it any more",
    "user_attributes": "set the attribute by identify, or do not offer it to this user",
    "achievements": "complete that one first",
    "levels": "complete it once the user has that level",
    "streak": "complete it once the streak has that length",
}
