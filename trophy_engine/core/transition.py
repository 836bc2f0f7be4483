"""A transition: one command of a user's log applied again, with its effects and its decisions on periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trophy_engine.core.agenda import Payment
from trophy_engine.core.commands import UserCommand
from trophy_engine.core.gates import GateAnswer
from trophy_engine.core.period_decisions import PeriodDecision
from trophy_engine.core.plan import Plan
from trophy_engine.core.raw_effects import NamedEffect
from trophy_engine.core.state import UserState


class Transition(NamedTuple):
    """One command and its effects.

    Attributes:
        command: None for due work alone, or a change of rules.
        plan: the rules in force.
        effects: what happened, in order.
        decisions: what was decided of periods of streaks, in order.
        payments: what was decided on each trigger that was due, in order.
        gate_answers: whether gates were open when they were asked, in order.
        before, state: the user before it (None before the creation) and after it; not to be changed.
    """

    command: UserCommand | None
    plan: Plan
    effects: list[NamedEffect]
    decisions: list[PeriodDecision]
    payments: list[Payment]
    gate_answers: list[GateAnswer]
    before: UserState | None
    state: UserState


class PeriodDecisions:
    """The decisions on periods of a streak that are in force after some transitions, each with its transition."""

    def __init__(self, streak: str, transitions: Iterable[Transition] = ()) -> None:
        self._streak = streak
        self._entries: list[tuple[PeriodDecision, Transition]] = []
        for transition in transitions:
            self.add(transition)

    def __iter__(self) -> Iterator[tuple[PeriodDecision, Transition]]:
        """Iterate over the decisions and their transitions."""
        return iter(self._entries)

    def add(self, transition: Transition) -> None:
        """Add the decisions of the next transition, and remove those that it undoes."""
        for decision in transition.decisions:
            if decision.streak.key != self._streak:
                continue
            if decision.kind == "undone":
                self._undo(decision)
            else:
                self._entries.append((decision, transition))

    def _undo(self, undone: PeriodDecision) -> None:
        """Remove the decision on a missed period, those on protected periods before it, and all later ones."""
        entries = self._entries
        while (last := entries.pop()[0]).kind not in {"missed", "frozen"} or last.first != undone.last:
            pass
        while entries and entries[-1][0].is_protection and entries[-1][0].first >= undone.first:
            entries.pop()
