"""A transition: one command of a user's log done again, and what came of it."""

from __future__ import annotations

from typing import NamedTuple

from trophy_engine.core.commands import UserCommand
from trophy_engine.core.plan import Plan, TriggerPlan
from trophy_engine.core.raw_effects import NamedEffect
from trophy_engine.core.state import UserState


class Transition(NamedTuple):
    """One command, and what came of it.

    Attributes:
        command: None for what time alone made due, or what a change of rules brought about.
        plan: the rules in force.
        effects: what happened, in order.
        due: the triggers that were to be paid, in order, and how many times each.
        before, state: the user before it (None before they were known) and after it; not to be changed.
    """

    command: UserCommand | None
    plan: Plan
    effects: list[NamedEffect]
    due: list[tuple[TriggerPlan, int]]
    before: UserState | None
    state: UserState
