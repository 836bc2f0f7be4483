"""References: the fields of a trigger that contain keys of metrics or achievements.

Triggers declare them in the metadata of their fields, so that checks and removals do not depend on the kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from trophy_engine.rules.diagnostics import item_path

_REFERS_TO: Final = "refers to"
#: The metadata of fields with the key of a metric, or with one or several keys of achievements.
TO_METRIC: Final = {_REFERS_TO: "metric"}
TO_ACHIEVEMENT: Final = {_REFERS_TO: "achievement"}


@attrs.frozen
class Reference:
    """The references of a field: their kind (``"metric"`` or ``"achievement"``) and the keys, by their paths."""

    kind: str
    keys: dict[str, str]


def references_of(trigger: Any, path: str = "") -> Iterator[Reference]:
    """Yield the references of a trigger at a path."""
    for field in attrs.fields(type(trigger)):
        kind = field.metadata.get(_REFERS_TO)
        if kind is not None:
            value, where = getattr(trigger, field.name), f"{path}.{field.name}"
            keys = (
                {where: value} if isinstance(value, str) else {item_path(where, n): key for n, key in enumerate(value)}
            )
            yield Reference(kind, keys)
