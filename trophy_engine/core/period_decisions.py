"""Period decisions: what the core decides of each period of a streak.

They are the account that explanations, the streak history and the calendar read. They are neither effects nor state:
they are noted only where ``Agenda.decisions`` is a list, as it is for transitions.

A protected period is passed without a decision of its own. It is noted with the decision that passes it, and
``undecided_protected_periods`` returns those that no decision has passed yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.streak import StreakState

#: What protects a period that is not credited.
Protection = Literal["paused", "day_off", "protected"]
DecisionKind = Literal[
    "credited",
    "frozen",
    "paused",
    "day_off",
    "protected",
    "missed",
    "reset",
    "disabled",
    "restored",
    "lost",
    "recounted",
    "undone",
]
_PROTECTIONS: Final = frozenset[DecisionKind]({"paused", "day_off", "protected"})
_WEEK: Final = 7


class PeriodDecision(NamedTuple):
    """A decision on a period of a streak, or the same decision on consecutive periods.

    ====================  ==============================================================================================
    kind                  decision
    ====================  ==============================================================================================
    ``"credited"``        the conditions were met; a credit with length 1 starts a streak
    ``"frozen"``          a freeze was spent on it
    ``"paused"``          a pause protected it
    ``"day_off"``         it was a day off
    ``"protected"``       travel cut it short, or the user's zone skipped it
    ``"missed"``          it ended without a credit, and the streak with it
    ``"reset"``           the application ended the streak in it, and took its credit
    ``"disabled"``        the user disabled the streak in it, which ended it
    ``"restored"``        the application restored a lost streak: from the period of the loss to the present one, which
                          can still be credited
    ``"lost"``            under a new calendar, past events did not credit it, and the streak ended
    ``"recounted"``       under a new calendar, past events credited it
    ``"undone"``          the decision on the missed period ``last`` was undone, with those on protected periods from
                          ``first`` on and with all later decisions
    ====================  ==============================================================================================

    A period that was missed, reset, disabled, lost or restored can be credited later; that is a new decision.

    Attributes:
        streak: the plan of the streak, which numbers the periods.
        kind: the decision.
        first, last: the first and the last period.
        length: the length of the streak after it.
        started: the local day on which that streak started, as an ordinal; None without a streak.
        ended: the length of the streak that it ended, or 0.
        at: the instant of the decision, in microseconds.
    """

    streak: StreakPlan
    kind: DecisionKind
    first: int
    last: int
    length: int
    started: int | None
    ended: int
    at: int

    @property
    def first_day(self) -> int:
        """The first day of the first period, as an ordinal."""
        return self.streak.first_day(self.first)

    @property
    def last_day(self) -> int:
        """The last day of the last period, as an ordinal."""
        return self.streak.first_day(self.last + 1) - 1

    @property
    def is_protection(self) -> bool:
        """True if something protected the period."""
        return self.kind in _PROTECTIONS


def note_period_decision(
    decisions: list[PeriodDecision],
    plan: StreakPlan,
    streak: StreakState,
    kind: DecisionKind,
    period: int,
    at: int,
    *,
    first: int | None = None,
    ended: int = 0,
) -> None:
    """Record a decision on a period, or on those from ``first`` to it; ``streak`` is the streak after it."""
    start = period if first is None else first
    decisions.append(PeriodDecision(plan, kind, start, period, streak.length, streak.started, ended, at))


def note_protected_periods(
    decisions: list[PeriodDecision], plan: StreakPlan, streak: StreakState, first: int, last: int, at: int
) -> None:
    """Record what protected the periods of a range; ``streak`` is the streak before the decision that passes them.

    The range ends before the open period, so none of them is credited ahead.
    """
    if first > last:
        return
    decisions += (
        PeriodDecision(plan, kind, start, end, streak.length, streak.started, 0, at)
        for kind, start, end in _find_protected_stretches(plan, streak, first, last)
    )


def undecided_protected_periods(state: UserState, plan: StreakPlan) -> list[PeriodDecision]:
    """Return the protected periods of a running streak that have ended, and that no decision has passed yet."""
    decisions: list[PeriodDecision] = []
    streak = state.streaks[plan.place]
    if streak.length:
        first, last = streak.decided_through + 1, plan.index(state.clock.day) - 1
        note_protected_periods(decisions, plan, streak, first, last, state.clock.settled)
    return decisions


def _find_protected_stretches(
    plan: StreakPlan, streak: StreakState, first: int, last: int
) -> Iterator[tuple[Protection, int, int]]:
    """Yield each stretch of protected periods in a range: what protects it, its first and its last period."""
    period = first
    while period <= last:
        kind, end = _find_period_protection(plan, streak, period, last)
        if kind is not None:
            yield kind, period, end
        period = end + 1


def _find_period_protection(
    plan: StreakPlan, streak: StreakState, period: int, last: int
) -> tuple[Protection | None, int]:
    """Return what protects a period, None for nothing, and the last period for which that is known."""
    first_day = plan.first_day(period)
    paused = streak.pauses.end_of_stretch(first_day, plan.first_day(period + 1)) if streak.pauses else None
    if paused is not None:
        return "paused", min(plan.index(paused), last)
    if period in streak.protected_periods:
        return "protected", period
    return ("day_off" if first_day % _WEEK in plan.days_off else None), period
