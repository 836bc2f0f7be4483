"""Retelling: a user's commands done again from the log, noting what each set off and what it lined up for payment.

The rules are those that were in force at each command. Nothing that is stored is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from trophy_engine.core.commands import Adopt, Command, Settle, UserCommand
from trophy_engine.core.effects import RawEffect
from trophy_engine.core.evaluate import apply
from trophy_engine.core.plan import Plan, TriggerPlan, compile_plan
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.turn import Turn
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["Scene", "retell"]


class Scene(NamedTuple):
    """One command, and what came of it.

    Attributes:
        command: None for what time alone made due.
        plan: the rules in force.
        effects: what happened, in order.
        due: the triggers that were to be paid, in order, and how many times each.
        before, state: the user before it (None before they were known) and after it; not to be changed.
    """

    command: UserCommand | None
    plan: Plan
    effects: list[RawEffect]
    due: list[tuple[TriggerPlan, int]]
    before: UserState | None
    state: UserState


class _Awards(list[tuple[int, TriggerPlan, int]]):
    """The awards of a turn, which remembers those that were paid or found to come to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.due: list[tuple[TriggerPlan, int]] = []

    def clear(self) -> None:
        """Remember what is cleared; the core clears what it has looked at."""
        self.due += ((trigger, times) for _, trigger, times in self)
        super().clear()


def retell(commands: Iterable[Command], until: int) -> Iterator[Scene]:
    """Do a user's commands again, those after ``until`` left out; the last scene is what time has made due by then."""
    plan = compile_plan(Ruleset())
    state: UserState | None = None
    adopted: str | None = None
    for command in commands:
        if isinstance(command, Adopt):
            adopted = command.rules  # in force from the next command on
            continue
        if command.at > until:
            adopted = None
            break
        if adopted is not None:
            plan, state = _adopt(adopted, plan, state)
            adopted = None
        if state is not None or not isinstance(command, Settle):
            scene = _do(plan, state, None if isinstance(command, Settle) else command, command.at)
            state = scene.state
            yield scene
    if adopted is not None:
        plan, state = _adopt(adopted, plan, state)
    if state is not None:
        yield _do(plan, state, None, until)


@lru_cache(maxsize=16)
def _plan_of(rules: str) -> Plan:
    """Compile rules once, for whoever retells the logs of many users."""
    return compile_plan(Ruleset.loads(rules, format="json"))


def _adopt(rules: str, before: Plan, state: UserState | None) -> tuple[Plan, UserState | None]:
    plan = _plan_of(rules)
    return plan, None if state is None else UserState.load(plan, state.dump(before))


def _do(plan: Plan, before: UserState | None, command: UserCommand | None, at: int) -> Scene:
    turn = Turn(plan)
    awards = _Awards()
    turn.awards = awards
    state = None if before is None else before.copy()
    if command is not None:
        state = apply(turn, state, command)
    elif state is not None:
        settle(turn, state, at)
    if state is None:
        raise AssertionError("time alone makes no user")
    return Scene(command, plan, turn.effects, awards.due, before, state)
