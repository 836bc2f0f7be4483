"""Raw effects as the rest of the package reads them: as objects, or by the names of their fields.

Outside the core no field is read by its number. Use ``name_raw_effect``; where it is too slow, look the position up
once with ``raw_effect_position``.

>>> from trophy_engine.core.effects import StreakLost
>>> raw = (StreakLost, "18", 0, "daily", 9, 739_343)
>>> effect_from_raw(raw)
StreakLost(user_id='18', at=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), streak='daily', \
length=9, period_start=datetime.date(2025, 4, 2))
>>> name_raw_effect(raw).length, raw[raw_effect_position(StreakLost, "length")]
(9, 9)
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from trophy_engine.core.effects import AchievementCompleted, Effect, RawEffect
from trophy_engine.rules.tiers import tier_key

E = TypeVar("E", bound=Effect)


class NamedEffect(tuple[Any, ...]):
    """A raw effect with named fields: its class as ``kind``, then the fields of the class; each kind has a subclass."""

    __slots__ = ()

    if TYPE_CHECKING:
        kind: type[Effect]
        user_id: str
        at: int

        def __getattr__(self, field: str) -> Any:
            """Return another field of the kind, instants in microseconds and days as ordinals."""


def _raw_effect_fields(kind: type[Effect]) -> tuple[str, ...]:
    return "kind", *(field.name for field in attrs.fields(kind))


class _NamedClasses(dict[type[Effect], type[NamedEffect]]):
    """The named tuple class of each kind, made on first use."""

    def __missing__(self, kind: type[Effect]) -> type[NamedEffect]:
        fields = namedtuple(kind.__name__, _raw_effect_fields(kind))  # type: ignore[misc]  # noqa: PYI024  # computed fields
        self[kind] = named_class = type(kind.__name__, (fields, NamedEffect), {"__slots__": ()})
        return named_class


_NAMED: Final = _NamedClasses()


def name_raw_effect(raw: RawEffect) -> NamedEffect:
    """Return a raw effect as a named tuple."""
    return tuple.__new__(_NAMED[raw[0]], raw)


def raw_effect_position(kind: type[Effect], field: str) -> int:
    """Return the position of a field in the raw effects of a kind.

    Raises:
        ValueError: the kind does not have the field.
    """
    return _raw_effect_fields(kind).index(field)


#: The positions of the class, the user and the instant in every raw effect.
KIND: Final = raw_effect_position(Effect, "kind")
USER_ID: Final = raw_effect_position(Effect, "user_id")
AT: Final = raw_effect_position(Effect, "at")


_ACHIEVEMENT: Final = raw_effect_position(AchievementCompleted, "achievement")
_TIER: Final = raw_effect_position(AchievementCompleted, "tier")


def name_raw_completion(raw: RawEffect) -> str:
    """Return the key by which rules name the achievement, or the tier, of a raw effect of a completion."""
    tier = raw[_TIER]
    return raw[_ACHIEVEMENT] if tier is None else tier_key(raw[_ACHIEVEMENT], tier)


def effect_from_raw(raw: RawEffect) -> Effect:
    """Return a raw effect as an object."""
    effect: Effect = raw[0](*raw[1:])
    return effect


def select_raw_effects(kind: type[E], effects: Iterable[RawEffect]) -> Iterator[E]:
    """Yield the raw effects of one kind as objects."""
    return (kind(*raw[1:]) for raw in effects if raw[0] is kind)
