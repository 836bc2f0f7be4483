"""The decision on a missed period, kept with the streak before it, so that a flight west can undo it."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from trophy_engine.core.state.streak import StreakState


class Miss(NamedTuple):
    """The decision on a missed period.

    Attributes:
        key: the key of the streak.
        commands: the number of commands of the user before it.
        period: the missed period.
        is_frozen: True if a freeze was spent on it, False if the streak was lost.
        streak: the streak before it.
    """

    key: str
    commands: int
    period: int
    is_frozen: bool
    streak: StreakState

    def undo(self, streak: StreakState) -> None:
        """Set a streak back to before the decision; freezes, pauses and the custom streak stay as they are."""
        streak.length = self.streak.length
        streak.started = self.streak.started
        streak.decided_through = self.streak.decided_through
        streak.credited_ahead = self.streak.credited_ahead
        streak.protected_periods = self.streak.protected_periods
        streak.lost_streaks = self.streak.lost_streaks

    def dump(self) -> list[Any]:
        """Return the decision as JSON values."""
        return [self.key, self.commands, self.period, self.is_frozen, self.streak.dump()]

    @classmethod
    def load(cls, dumped: list[Any]) -> Self:
        """Build the decision from the result of ``dump``."""
        key, commands, period, frozen, streak = dumped
        return cls(key, commands, period, frozen, StreakState.load(streak, None))
