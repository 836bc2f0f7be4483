"""References: the fields of a rule that contain keys of metrics, achievements, points systems or streaks.

A class of rule declares them in the metadata of its fields, so that checks and removals need not know the class.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from trophy_engine.rules.diagnostics import rule_item_path
from trophy_engine.values import Value

R = TypeVar("R", bound=attrs.AttrsInstance)

_REFERS_TO: Final = "refers to"
#: In place of keys: everything of the kind.
EVERY: Final = "*"
#: The metadata of fields that contain one or several keys of metrics, achievements, points systems or streaks.
TO_METRIC: Final = {_REFERS_TO: "metric"}
TO_ACHIEVEMENT: Final = {_REFERS_TO: "achievement"}
TO_SYSTEM: Final = {_REFERS_TO: "points system"}
TO_STREAK: Final = {_REFERS_TO: "streak"}


@attrs.frozen
class Reference(Value):
    """What a field refers to: a metric, an achievement, a points system or a streak; and the keys by their paths."""

    kind: str
    keys: dict[str, str]


def is_reference_field(field: Any) -> bool:
    """Return True if a field of a class of rules contains keys of other rules."""
    return _REFERS_TO in field.metadata


def references_of(rule: Any, path: str = "", *, nested: bool = True) -> Iterator[Reference]:
    """Yield the references of a rule at a path, and of rules in its fields; a field that is None refers to nothing.

    Args:
        rule: the rule.
        path: its path.
        nested: False for the fields of the rule alone, without those of its gate.
    """
    for field in attrs.fields(type(rule)):
        kind = field.metadata.get(_REFERS_TO)
        value, field_path = getattr(rule, field.name), f"{path}.{field.name}"
        if attrs.has(type(value)):
            yield from references_of(value, field_path) if nested else ()
        elif kind is not None and value is not None and value != EVERY:
            keys = (
                {field_path: value}
                if isinstance(value, str)
                else {rule_item_path(field_path, n): key for n, key in enumerate(value) if key is not None}
            )
            if keys:
                yield Reference(kind, keys)


def rename_references(rule: R, kind: str, names: Mapping[str, str]) -> R:
    """Return a rule that refers to what is of a kind by new keys, given by the old ones; so do the rules in its fields.

    A rule without a reference to rename is returned as it is.
    """
    changes: dict[str, Any] = {}
    for field in attrs.fields(type(rule)):
        value = getattr(rule, field.name)
        refers = field.metadata.get(_REFERS_TO) == kind
        items = value if isinstance(value, tuple) else (value,)
        renamed = tuple(
            rename_references(item, kind, names) if attrs.has(type(item)) else names.get(item, item) if refers else item
            for item in items
        )
        if renamed != items:
            changes[field.name] = renamed if isinstance(value, tuple) else renamed[0]
    return attrs.evolve(rule, **changes) if changes else rule  # type: ignore[misc]  # all are attrs classes
