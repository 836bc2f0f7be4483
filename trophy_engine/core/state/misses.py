"""The decision on a missed period, kept with the streak that it found, so that a flight west can undo it."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from trophy_engine.core.state.streak import StreakState


class Miss(NamedTuple):
    """The decision on a missed period.

    Attributes:
        commands: how many commands of the user came before it.
        period: the missed period.
        frozen: True if a freeze was spent on it, False if the streak was lost.
        streak: the streak before it.
    """

    commands: int
    period: int
    frozen: bool
    streak: StreakState

    def undo(self, streak: StreakState) -> None:
        """Take a streak back to before the decision; freezes, pauses and choices stay as they are."""
        streak.length = self.streak.length
        streak.started = self.streak.started
        streak.decided_through = self.streak.decided_through
        streak.credited_ahead = self.streak.credited_ahead
        streak.protected_periods = self.streak.protected_periods
        streak.lost_streaks = self.streak.lost_streaks

    def dump(self) -> list[Any]:
        """Return the decision as JSON values."""
        return [self.commands, self.period, self.frozen, self.streak.dump()]

    @classmethod
    def load(cls, dumped: list[Any]) -> Self:
        """Return the decision that ``dump`` returned."""
        commands, period, frozen, streak = dumped
        return cls(commands, period, frozen, StreakState.load(streak, None))
