"""An agenda: the effects and the pending work of one command, or of one piece of due work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from trophy_engine.calendar.zones import Zone
from trophy_engine.core.effects import RawEffect
from trophy_engine.core.gates import GateAnswer, GateInput
from trophy_engine.core.period_decisions import PeriodDecision
from trophy_engine.core.plan import AchievementPlan, MetricPlan, Plan, SystemPlan, TriggerPlan
from trophy_engine.numbers import Number
from trophy_engine.rules.points import Boost
from trophy_engine.rules.unmet_conditions import UnmetCondition


class MetricEvent(NamedTuple):
    """An event of a metric that is not derived from another metric; ``times`` equal ones if it stands for several."""

    metric: MetricPlan
    value: Number
    attributes: Mapping[str, str]
    times: int = 1


class Payment(NamedTuple):
    """What was decided on a trigger when it was due, noted where ``Agenda.payments`` is a list.

    Attributes:
        trigger, times: the trigger, and how many times it was due.
        at, zone: the instant, and the user's zone.
        boosts: the boosts that applied.
        unmet: the first condition of its ``when`` that did not hold, None if it was paid.
        entered: the points that were entered into the ledger; without any there is no effect.
    """

    trigger: TriggerPlan
    times: int
    at: int
    zone: Zone
    boosts: tuple[Boost, ...]
    unmet: UnmetCondition | None
    entered: int


class Agenda:
    """The effects so far, and the work that is still to be done.

    An agenda without work to do can be used for the next user.

    Attributes:
        plan: the rules.
        effects: what happened, in order.
        completed: the completed achievements from which composites are still to be evaluated.
        awards: the triggers to pay, and the rewards of freezes to grant: (order, trigger or reward, number of times).
        events: the awards and completions that the next pass counts in metrics.
        systems: the points systems whose balance the next pass compares with the thresholds of achievements.
        observed: the number of effects that the plugs have observed.
        gate_inputs: the user at each time that gates of metrics were asked, in order; None, the default, if they are
            not read.
        decisions: the decisions on periods of streaks, in order; None, the default, if they are not read.
        waiting: the achievements that the present pass found reached, with their gates closed, and how many times each.
        closed: the metrics whose gates were closed before the command, with the unmet conditions.
        level_points: while triggers are paid, by points system, the numbers that decided on levels before, if a gate
            depends on them; otherwise None.
        gate_answers: whether gates were open when they were asked, in order; None, the default, if they are not read.
        payments: what was decided on each trigger that was due, in order; None, the default, if they are not read.
    """

    __slots__ = (
        "awards",
        "closed",
        "completed",
        "decisions",
        "effects",
        "events",
        "gate_answers",
        "gate_inputs",
        "level_points",
        "observed",
        "payments",
        "plan",
        "systems",
        "waiting",
    )

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.completed: list[AchievementPlan] = []
        self.awards: list[tuple[int, Any, int]] = []
        self.events: list[MetricEvent] = []
        self.systems: list[SystemPlan] = []
        self.decisions: list[PeriodDecision] | None = None
        self.gate_answers: list[GateAnswer] | None = None
        self.payments: list[Payment] | None = None
        self.gate_inputs: list[GateInput] | None = None
        self.waiting: list[tuple[AchievementPlan, int]] = []
        self.closed: Mapping[MetricPlan, UnmetCondition] = {}
        self.level_points: list[int] | None = None
        self.begin([])

    def begin(self, effects: list[RawEffect]) -> None:
        """Append effects to the given list from now on."""
        self.effects = effects
        self.observed = len(effects)

    def abandon(self, known: int) -> None:
        """Drop the effects after the first ``known``, and all pending work."""
        del self.effects[known:]
        self.observed = known
        self.completed.clear()
        self.awards.clear()
        self.events.clear()
        self.systems.clear()
        self.waiting.clear()
        self.level_points = None


def noting_agenda(plan: Plan) -> Agenda:
    """Return an agenda that notes whether gates are open, if the plan has any."""
    agenda = Agenda(plan)
    agenda.gate_answers = [] if plan.has_gates else None
    return agenda
