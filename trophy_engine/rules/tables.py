"""Tables: hashable, read-only mappings as values of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Table(Mapping[str, Any]):
    """A hashable, read-only mapping, in the order of declaration.

    Lists of values become tuples. Tables with the same items are equal, regardless of order.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        self._items = {
            name: tuple(value) if isinstance(value, list) else value for name, value in (items or {}).items()
        }

    def __getitem__(self, name: str) -> Any:
        """Return the value of a key."""
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._items)

    def __hash__(self) -> int:
        """Return a hash of the items that does not depend on their order."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Return the representation as a plain dict."""
        return repr(self._items)
