"""The protocol of what a windowed counter keeps for one user."""

from __future__ import annotations

from typing import Any, Protocol, Self


class Totals(Protocol):
    """The totals of a counter."""

    def copy(self) -> Self:
        """Return an independent copy."""

    def dump(self) -> list[Any]:
        """Return the totals as JSON values, decimals as strings."""
