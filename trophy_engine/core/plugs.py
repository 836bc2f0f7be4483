"""Plugs: extensions that the core runs through an interface.

A plug is compiled with the rules and keeps a part of each user's state. Time makes it due, as it makes freezes due (see
``settle``), and it observes each transition: a command, or one piece of due work. Its effects follow those of the
transition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from trophy_engine.core.commands import UserCommand
from trophy_engine.core.effects import RawEffect
from trophy_engine.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from trophy_engine.core.agenda import Agenda
    from trophy_engine.core.plan import Plan
    from trophy_engine.core.rules_diff import RulesDiff
    from trophy_engine.core.state import UserState
    from trophy_engine.core.transition import Transition


class PlugState(Protocol):
    """A plug's part of a user's state."""

    def copy(self) -> Self:
        """Return an independent copy."""

    def dump(self) -> dict[str, Any]:
        """Return the part as JSON values, the input of ``Plug.load_state``."""


class Plug(Protocol):
    """A plug, compiled for one ruleset.

    Attributes:
        key: its name in the plan and in the state.
    """

    key: str

    def new_state(self, created: int, day: int) -> PlugState:
        """Return the part for a user who is first seen at an instant, on a local day."""

    def load_state(self, dumped: Mapping[str, Any]) -> PlugState:
        """Build the part from the result of ``PlugState.dump``."""

    def needs_past(self, former: Plug | None) -> bool:
        """Return True if ``migrate`` needs the user's past; ``former`` is the plug of the former rules, or None."""

    def migrate(
        self, state: UserState, former: PlugState | None, diff: RulesDiff, transitions: Sequence[Transition], at: int
    ) -> PlugState:
        """Return the part under these rules; ``former`` is the part under the former rules, or None."""

    def next_due(self, plan: Plan, state: UserState) -> int:
        """Return the next instant at which the plug is due, or ``NEVER``."""

    def act(self, agenda: Agenda, state: UserState, at: int) -> None:
        """Do the work that is due at an instant."""

    def observe(
        self, agenda: Agenda, state: UserState, command: UserCommand | None, effects: Sequence[RawEffect], at: int
    ) -> None:
        """Observe a step and its effects; the command is None for due work."""


#: Returns the plug compiled for rules, or None where they do not use it.
CompilePlug = Callable[[Ruleset], Plug | None]


def find_next_plug_due(plan: Plan, state: UserState) -> int:
    """Return the next instant at which a plug is due, not before the instant of the state."""
    return max(min(plug.next_due(plan, state) for plug in plan.plugs), state.clock.settled)


def run_due_plugs(agenda: Agenda, state: UserState, at: int) -> None:
    """Run the plugs that are due at an instant, in order."""
    for plug in agenda.plan.plugs:
        if plug.next_due(agenda.plan, state) <= at:
            plug.act(agenda, state, at)


def show_step_to_plugs(agenda: Agenda, state: UserState, command: UserCommand | None, at: int) -> None:
    """Let the plugs observe the effects of a step."""
    effects = agenda.effects[agenda.observed :]
    for plug in agenda.plan.plugs:
        plug.observe(agenda, state, command, effects, at)
    agenda.observed = len(agenda.effects)
