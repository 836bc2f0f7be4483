"""Names of fields: messages of the engine with the names that the API uses.

Only the engine's own words are translated: text in quotes is the caller's, and a ``StructureError`` stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.points import Boost, MetricPointsTrigger
from trophy_engine.rules.settings import Experimentation
from trophy_engine.rules.streak import Freezes, Streak
from trophy_engine.trophy_api.requests import StreakPreferences, UpdatedUser
from trophy_engine.trophy_api.structuring import StructureError, to_camel_case

#: A word, or whatever stands in quotes; a quote within a word, as in "user's", opens none.
_WORD: Final = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\w+""")
#: What has fields that messages name.
_CLASSES: Final[tuple[type[Any], ...]] = (
    Achievement,
    Boost,
    Experimentation,
    Freezes,
    Leaderboard,
    MetricPointsTrigger,
    Streak,
    StreakPreferences,
    UpdatedUser,
)
#: Names of several words, and how the API spells them.
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {field.name: to_camel_case(field.name) for cls in _CLASSES for field in attrs.fields(cls) if "_" in field.name}
)
_NOTHING_ELSE: Final[Mapping[str, str]] = MappingProxyType({})


def translate_names(error: Exception, names: Mapping[str, str] = _NOTHING_ELSE) -> str:
    """Return the message of an error with the names that the API gives to fields.

    Args:
        error: whose message it is.
        names: further words of the message, and what the API calls them.

    >>> translate_names(InvalidValue("max_count 1 must be at least start_count 2"))
    'maxCount 1 must be at least startCount 2'
    >>> translate_names(InvalidValue("start must be a date, not 'days_off'"), {"start": "startDate"})
    "startDate must be a date, not 'days_off'"
    """
    if isinstance(error, StructureError):
        return str(error)
    known = {**_NAMES, **names}
    return _WORD.sub(lambda match: known.get(match[0], match[0]), str(error))


@contextmanager
def renaming_fields(**names: str) -> Iterator[None]:
    """Raise each ``InvalidValue`` of the block again with arguments named as the API names them.

    Raises:
        InvalidValue: what is refused within, in other words.
    """
    try:
        yield
    except InvalidValue as error:
        raise InvalidValue(translate_names(error, names)) from None


@contextmanager
def prefixing_field(path: str) -> Iterator[None]:
    """Raise each ``InvalidValue`` of the block again with a path before the name of the field.

    Raises:
        InvalidValue: what is refused, with the path before the name of the field.
    """
    try:
        yield
    except InvalidValue as error:
        raise InvalidValue(f"{path}.{error}") from None
