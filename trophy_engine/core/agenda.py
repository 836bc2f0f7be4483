"""An agenda: what one command, or one thing that time has made due, sets in motion."""

from __future__ import annotations

from trophy_engine.core.effects import RawEffect
from trophy_engine.core.plan import AchievementPlan, Plan, TriggerPlan


class Agenda:
    """Gathers what follows from a move of a counter until nothing moves.

    An agenda can be used again once it is empty; one is enough for any number of users, one after the other.

    Attributes:
        plan: the rules.
        effects: what happened, in order.
        completed: achievements completed in this agenda whose composites are still to be looked at.
        awards: triggers to pay in their order: (order, trigger, how many times).
        observed: how many of the effects the plugs have observed.
    """

    __slots__ = ("awards", "completed", "effects", "observed", "plan")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.completed: list[AchievementPlan] = []
        self.awards: list[tuple[int, TriggerPlan, int]] = []
        self.begin([])

    def begin(self, effects: list[RawEffect]) -> None:
        """Append effects to a list from now on."""
        self.effects = effects
        self.observed = len(effects)

    def abandon(self, known: int) -> None:
        """Drop the effects after the first ``known``, and all that is lined up."""
        del self.effects[known:]
        self.observed = known
        self.completed.clear()
        self.awards.clear()
