"""Plugs: parts that the core runs without knowing what they do.

A plug is compiled with the rules and keeps a part of each user's state. Time makes it due, as it makes freezes due (see
``settle``), and it observes each step: a command, or one piece of due work. Its effects follow the facts of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from trophy_engine.core.commands import UserCommand
from trophy_engine.core.effects import RawEffect
from trophy_engine.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from trophy_engine.core.agenda import Agenda
    from trophy_engine.core.migration import RulesDiff
    from trophy_engine.core.plan import Plan
    from trophy_engine.core.state import UserState
    from trophy_engine.core.transition import Transition


class PlugState(Protocol):
    """A plug's part of a user's state."""

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""

    def dump(self) -> dict[str, Any]:
        """Return the part as JSON values, which ``Plug.load_state`` takes."""


class Plug(Protocol):
    """A plug, compiled for one ruleset.

    Attributes:
        key: its name in the plan and in the state.
    """

    key: str

    def new_state(self, created: int, day: int) -> PlugState:
        """Return the part of a user who is first seen at an instant, on a local day."""

    def load_state(self, dumped: Mapping[str, Any]) -> PlugState:
        """Return the part that ``PlugState.dump`` returned."""

    def needs_past(self, former: Plug | None) -> bool:
        """Return whether ``migrate`` needs the user's past, where the former rules had this plug or None."""

    def migrate(
        self, state: UserState, former: PlugState | None, diff: RulesDiff, transitions: Sequence[Transition], at: int
    ) -> PlugState:
        """Return the part under these rules, given that under the former rules, None where they had none."""

    def next_due(self, plan: Plan, state: UserState) -> int:
        """Return the instant at which the plug is due next, ``NEVER`` for not at all."""

    def act(self, agenda: Agenda, state: UserState, at: int) -> None:
        """Do what is due at an instant."""

    def observe(
        self, agenda: Agenda, state: UserState, command: UserCommand | None, effects: Sequence[RawEffect], at: int
    ) -> None:
        """Observe a step and its effects; the command is None for due work."""


#: Compiles a plug for rules; None where they do not use it.
CompilePlug = Callable[[Ruleset], Plug | None]


def next_due(plan: Plan, state: UserState) -> int:
    """Return the instant at which the first plug is due, not before that of the state."""
    return max(min(plug.next_due(plan, state) for plug in plan.plugs), state.clock.settled)


def act(agenda: Agenda, state: UserState, at: int) -> None:
    """Let the plugs that are due at an instant act, in their order."""
    for plug in agenda.plan.plugs:
        if plug.next_due(agenda.plan, state) <= at:
            plug.act(agenda, state, at)


def end_step(agenda: Agenda, state: UserState, command: UserCommand | None, at: int) -> None:
    """Let the plugs observe what a step did."""
    effects = agenda.effects[agenda.observed :]
    for plug in agenda.plan.plugs:
        plug.observe(agenda, state, command, effects, at)
    agenda.observed = len(agenda.effects)
