"""A streak of a user. Outcomes and decisions refer to it, so it is copied before it is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

import attrs

from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state.pauses import Pauses

#: CPython 3.11 makes a new object for each empty set; users without periods share this one.
NO_PERIODS: Final[frozenset[int]] = frozenset()
#: The period before every period.
_BEFORE: Final = -1
_NO_PAUSES: Final = Pauses()
_new: Final = object.__new__
#: For how many days a lost streak is kept: a monthly streak can be restored for up to two years.
_MEMORY: Final = 740


class LostStreak(NamedTuple):
    """A lost streak: its last day, its length, its first day, and its last decided period."""

    last_day: int
    length: int
    started: int
    decided_through: int


@attrs.define
class StreakState:
    """A streak of a user; periods as numbers of the streak's calendar, days as ordinals, instants in microseconds.

    Attributes:
        length, longest: in credited periods.
        started: the local day on which the streak started.
        extended_at: the instant of the last credit.
        decided_through: the last decided period; periods up to it can be neither credited nor missed any more.
        credited_ahead: periods credited while one before them can still be credited, as when a date is shown twice.
        protected_periods: periods that need no credit: days that a change of zone cut short, dates that the calendar
            skipped, and the period in which a streak was restored.
        freezes, freezes_used: the number available and the number consumed.
        freeze_day: the local day through which freezes have been earned, counted from ``freeze_anchor``.
        pauses: all pauses, in the order in which they were made.
        lost_streaks: those of the latest two years, without those followed by one at least as long.
        custom_streak: the plan of the streak that the user chose, None for that of the rules.
    """

    length: int
    longest: int
    started: int | None
    extended_at: int | None
    decided_through: int
    credited_ahead: frozenset[int]
    protected_periods: frozenset[int]
    freezes: int
    freezes_used: int
    freeze_day: int
    freeze_anchor: int
    pauses: Pauses
    lost_streaks: tuple[LostStreak, ...]
    custom_streak: StreakPlan | None

    @classmethod
    def new(cls, day: int) -> Self:
        """Return the streak of a user who is first seen on a local day."""
        return cls(0, 0, None, None, _BEFORE, NO_PERIODS, NO_PERIODS, 0, 0, day, day, _NO_PAUSES, (), None)

    def copy(self) -> StreakState:
        """Return an independent copy."""
        # Made for every day of every user; calling the class takes twice as long.
        copied: StreakState = _new(StreakState)
        copied.length = self.length
        copied.longest = self.longest
        copied.started = self.started
        copied.extended_at = self.extended_at
        copied.decided_through = self.decided_through
        copied.credited_ahead = self.credited_ahead
        copied.protected_periods = self.protected_periods
        copied.freezes = self.freezes
        copied.freezes_used = self.freezes_used
        copied.freeze_day = self.freeze_day
        copied.freeze_anchor = self.freeze_anchor
        copied.pauses = self.pauses
        copied.lost_streaks = self.lost_streaks
        copied.custom_streak = self.custom_streak
        return copied

    def remember_loss(self, last_day: int, length: int) -> None:
        """Add the streak to ``lost_streaks``, and drop those that are too old, or no longer than it, to be restored."""
        started = last_day if self.started is None else self.started
        oldest = last_day - _MEMORY
        kept = [
            lost
            for lost in self.lost_streaks
            if lost.last_day > oldest and (lost.last_day > last_day or lost.length > length)
        ]
        self.lost_streaks = (*kept, LostStreak(last_day, length, started, self.decided_through))

    def restart(self) -> None:
        """Reset the running streak, as if nothing had been credited; the longest length and the losses stay."""
        self.length = 0
        self.decided_through = _BEFORE
        self.started = self.extended_at = None
        self.credited_ahead = self.protected_periods = NO_PERIODS

    def dump(self) -> dict[str, Any]:
        """Return the streak as JSON values, without the custom streak, which follows from the preferences."""
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "credited_ahead": sorted(self.credited_ahead),
            "protected_periods": sorted(self.protected_periods),
            "pauses": [list(pause) for pause in self.pauses],
            "lost_streaks": [list(lost) for lost in self.lost_streaks],
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any], custom_streak: StreakPlan | None) -> Self:
        """Build the streak from the result of ``dump``."""
        return cls(
            **{name: dumped[name] for name in _PLAIN},
            credited_ahead=frozenset(dumped["credited_ahead"]) or NO_PERIODS,
            protected_periods=frozenset(dumped["protected_periods"]) or NO_PERIODS,
            pauses=Pauses((start, end, archived) for start, end, archived in dumped["pauses"]) or _NO_PAUSES,
            lost_streaks=tuple(LostStreak(*lost) for lost in dumped["lost_streaks"]),
            custom_streak=custom_streak,
        )


#: The streak of a user under rules without one; never changed.
NO_STREAK: Final = StreakState.new(0)
#: The fields that need no conversion to JSON.
_PLAIN: Final = (
    *("length", "longest", "started", "extended_at", "decided_through"),
    *("freezes", "freezes_used", "freeze_day", "freeze_anchor"),
)
