"""The decision on a missed period, kept with the streak that it found, so that a flight west can undo it."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

__all__ = ["Miss"]


class Miss(NamedTuple):
    """The decision on a missed period, and the streak that it found.

    Attributes:
        commands: how many commands of the user came before it.
        period: the missed period.
        frozen: True if a freeze was spent on it, False if the streak was lost.
        length, started, covered, early, protected, losses: the fields of the state before it.
    """

    commands: int
    period: int
    frozen: bool
    length: int
    started: int | None
    covered: int
    early: frozenset[int]
    protected: frozenset[int]
    losses: tuple[tuple[int, int, int, int], ...]

    def dump(self) -> list[Any]:
        """Return the decision as JSON values."""
        return [sorted(field) if isinstance(field, frozenset) else field for field in self]

    @classmethod
    def load(cls, dumped: list[Any]) -> Self:
        """Return the decision that ``dump`` returned."""
        *plain, early, protected, losses = dumped
        commands, period, frozen, length, started, covered = plain
        kept = tuple((day, lost, began, through) for day, lost, began, through in losses)
        return cls(commands, period, frozen, length, started, covered, frozenset(early), frozenset(protected), kept)
