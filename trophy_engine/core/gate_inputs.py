"""Inputs of gates: a user as they were each time that gates of metrics were asked within a transition.

Metrics that are new to the rules ask their gates of the past in the same places as rules that have them ask at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import Identify
from trophy_engine.core.evaluate import apply_command
from trophy_engine.core.gates import GateInput
from trophy_engine.core.settle import settle_user
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition
from trophy_engine.core.users import create_user_state


class GateInputs:
    """The inputs of gates in a transition; they are found by evaluating it again, once, when the first one is read."""

    def __init__(self, transition: Transition) -> None:
        self._transition = transition

    def before(self, number: int) -> UserState:
        """Return the user before the event or due work to which the effect with a number, from 0, belongs."""
        following = bisect_right(self._numbers, number)
        return self._inputs[max(following - 1, 0)].state

    @cached_property
    def _numbers(self) -> Sequence[int]:
        return [gate_input.effects for gate_input in self._inputs]

    @cached_property
    def _inputs(self) -> Sequence[GateInput]:
        transition = self._transition
        plan, command, before = transition.plan, transition.command, transition.before
        if command is None and before is not None and before.clock.settled == transition.state.clock.settled:
            return (GateInput(0, transition.state),)  # a change of rules: the state before it is of other rules
        agenda = Agenda(plan)
        inputs: list[GateInput] = []
        agenda.gate_inputs = inputs
        state = None if before is None else before.copy()
        if isinstance(command, Identify):
            apply_command(agenda, state, command)
            return inputs or (GateInput(0, transition.state),)
        if state is None:
            state = create_user_state(agenda, transition.state.id, transition.state.profile.created)
        else:
            settle_user(agenda, state, transition.state.clock.settled if command is None else command.at)
        inputs.append(GateInput(len(agenda.effects), state))
        return inputs
