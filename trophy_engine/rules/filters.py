"""Filters: the users or events to which a rule applies, by the values of their attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Filter(Mapping[str, Any]):
    """A hashable, read-only mapping from attribute keys to required values, in the order of declaration.

    A tuple of values requires any of them. Filters with the same items are equal, regardless of order.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        self._items = {
            name: tuple(value) if isinstance(value, list) else value for name, value in (items or {}).items()
        }

    def __getitem__(self, name: str) -> Any:
        """Return the required value of an attribute."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the attribute keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of attributes."""
        return len(self._items)

    def __hash__(self) -> int:
        """Return a hash of the items that does not depend on their order."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Return the representation as a plain dict."""
        return repr(self._items)

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
