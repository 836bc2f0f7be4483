"""Filters: which users or events a rule is for, by the values of their attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Filter(Mapping[str, str]):
    """A hashable, read-only mapping from attribute keys to wanted values, in the order in which they are declared.

    Filters that let the same pass are equal, in whatever order.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self._items = dict(items or {})

    def __getitem__(self, name: str) -> str:
        """Return the wanted value of an attribute."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the attribute keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Count the attributes."""
        return len(self._items)

    def __hash__(self) -> int:
        """Hash the items, in whatever order."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Show it as a plain dict."""
        return repr(self._items)

    def mismatch(self, attributes: Mapping[str, str]) -> str | None:
        """Give the first attribute whose value is not the wanted one, or None where all match."""
        for name, wanted in self._items.items():
            if attributes.get(name) != wanted:
                return name
        return None


def as_filter(value: Any) -> Any:
    """Convert a mapping to a filter; return anything else as it is, for the validator."""
    return Filter(value) if isinstance(value, Mapping) else value
