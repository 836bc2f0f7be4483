"""Filters: the users or events to which a rule applies, by the values of their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trophy_engine.rules.tables import Table


class Filter(Table):
    """A table from attribute keys to required values; a tuple of values requires any of them."""

    __slots__ = ()

    def mismatch(self, attributes: Mapping[str, str]) -> str | None:
        """Return the first attribute that does not have the required value, or None if all match."""
        for name, required in self._items.items():
            value = attributes.get(name)
            if value != required and not (isinstance(required, tuple) and value in required):
                return name
        return None


def as_filter(value: Any) -> Any:
    """Return a mapping as a filter, and any other value unchanged, for the validator."""
    return Filter(value) if isinstance(value, Mapping) else value
