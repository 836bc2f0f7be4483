"""Sources of metrics: what a derived metric counts in place of recorded events of its own.

A source is the key of a recorded metric, or a table, which its field tells apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import KEY, Constraint, Keys, Optional, as_sequence, not_a_list_message
from trophy_engine.rules.mappings import rule_from_named_mapping
from trophy_engine.rules.phrases import join_words
from trophy_engine.rules.references import EVERY, TO_ACHIEVEMENT, TO_SYSTEM
from trophy_engine.values import Value

__all__ = ["CompletionsSource", "MetricSource", "PointsSource"]


@attrs.frozen
class _KeysOrEveryConstraint(Constraint):
    """A tuple of different keys, at least one, or ``"*"``."""

    keys: Keys = Keys(min_length=1)

    @property
    def item(self) -> Constraint:
        """The constraint on an item."""
        return self.keys.item

    def check(self, name: str | FieldName, value: Any) -> None:
        for _, error in self.faults(name, value):
            raise error

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if value == EVERY:
            return
        if isinstance(value, str):
            fact = "must be a list of keys, or", GivenValue(EVERY), "for all, not", *not_a_list_message(value)
            yield "", InvalidValue(fact, name)
        else:
            yield from self.keys.faults(name, value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": EVERY}, self.keys.schema()]}


@attrs.frozen
class PointsSource(Value):
    """The positive awards of a points system: each is an event whose value is what was added to the balance.

    Attributes:
        points: the key of the points system.
    """

    named_by: ClassVar[str] = "points"
    points: str = attrs.field(validator=KEY, metadata=TO_SYSTEM)

    def __str__(self) -> str:
        """Return the source in words; checks name one whose key could not be read, too."""
        return "points" if self.points is None else f"the points of {self.points!r}"


@attrs.frozen
class CompletionsSource(Value):
    """The completions of achievements, backdated ones included: each is an event of value 1.

    Attributes:
        completions: the keys of the achievements, or ``"*"`` for all of them.
    """

    named_by: ClassVar[str] = "completions"
    completions: tuple[str, ...] | Literal["*"] = attrs.field(
        converter=as_sequence, validator=_KeysOrEveryConstraint(), metadata=TO_ACHIEVEMENT
    )

    def __contains__(self, achievement: str | None) -> bool:
        """Return True if the completions of what a key names count."""
        return self.completions == EVERY or achievement in self.completions

    def __str__(self) -> str:
        """Return the source in words; checks name one of which not all keys could be read, too."""
        keys = self.completions
        is_general = keys is None or keys == EVERY or None in keys
        return f"the completions of {'achievements' if is_general else join_words(keys)}"


SourceTable = PointsSource | CompletionsSource
MetricSource = str | PointsSource | CompletionsSource

_CLASSES: Final[tuple[type[SourceTable], ...]] = get_args(SourceTable)


def as_metric_source(value: Any) -> Any:
    """Return a mapping as a source, and any other value unchanged, for the validator.

    Raises:
        InvalidValue: the mapping is none of the sources.
    """
    return rule_from_named_mapping(_CLASSES, value, "source")


@attrs.frozen
class _SourceConstraint(Constraint):
    """A key, or a source as a table."""

    takes_text: ClassVar[bool] = True

    def check(self, name: str | FieldName, value: Any) -> None:
        if isinstance(value, _CLASSES):
            return
        if not isinstance(value, str):
            example = GivenValue({"points": "xp"}, after=",")
            fact = "must be the key of a recorded metric, or a table like", example, "not", GivenValue(value)
            raise InvalidValue(fact, name)
        KEY.check(name, value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [KEY.schema(), *({"$ref": f"#/$defs/{kind.__name__}"} for kind in _CLASSES)]}


#: The key of a recorded metric, or a source as a table; None for a recorded metric.
SOURCE: Final = Optional(_SourceConstraint())
