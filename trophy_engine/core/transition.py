"""A transition: one command of a user's log applied again, and its effects."""

from __future__ import annotations

from typing import NamedTuple

from trophy_engine.core.commands import UserCommand
from trophy_engine.core.plan import Plan, TriggerPlan
from trophy_engine.core.raw_effects import NamedEffect
from trophy_engine.core.state import UserState


class Transition(NamedTuple):
    """One command and its effects.

    Attributes:
        command: None for due work alone, or a change of rules.
        plan: the rules in force.
        effects: what happened, in order.
        due: the triggers to pay, in order, and how many times each.
        before, state: the user before it (None before the creation) and after it; not to be changed.
    """

    command: UserCommand | None
    plan: Plan
    effects: list[NamedEffect]
    due: list[tuple[TriggerPlan, int]]
    before: UserState | None
    state: UserState
