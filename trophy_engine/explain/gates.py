"""Gates that were closed: what did not count, which condition did not hold, and what was found instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import GateAnswer, GateKind, Plan
from trophy_engine.explain.phrases import describe_local_time
from trophy_engine.rules.unmet_conditions import UnmetCondition
from trophy_engine.values import Value

__all__ = ["ClosedGate", "UnmetCondition", "closed_gates"]


def _describe_closed_trigger_gate(plan: Plan, keys: tuple[str, ...]) -> str:
    system, trigger = keys
    reason = next(rule for rule in plan.systems if rule.key == system).triggers[trigger].rule.reason
    return f"{system} +0, {reason}"


#: By kind of rule, what a closed gate left out, from the plan and the keys of the rule.
SUBJECTS: Final[Mapping[GateKind, Callable[[Plan, tuple[str, ...]], str]]] = {
    "achievement": lambda _, keys: f"{keys[0]!r} is reached but not completed",
    "trigger": _describe_closed_trigger_gate,
    "metric": lambda _, keys: f"{keys[0]} does not count the event",
}


@attrs.frozen
class ClosedGate(Value):
    """A rule whose gate was closed when it was asked.

    Attributes:
        kind: the kind of the rule: ``"achievement"``, ``"trigger"`` or ``"metric"``.
        keys: the key of the rule, for a trigger after that of its points system.
        at: the instant (aware, UTC); ``local`` is the user's local time.
        condition: the first condition that did not hold.
        subject: what did not happen, as a phrase.
    """

    kind: GateKind
    keys: tuple[str, ...]
    at: datetime
    local: str
    condition: UnmetCondition
    subject: str

    @property
    def text(self) -> str:
        """What did not happen, and why, as a sentence."""
        return f"{self.subject}: {self.condition.text}"


def closed_gates(plan: Plan, answers: Iterable[GateAnswer], time_zone: Zone) -> Iterator[ClosedGate]:
    """Yield the gates that were closed the last time that a command asked them, in the order of the first time."""
    last = {(answer.kind, answer.keys): answer for answer in answers}
    for answer in last.values():
        if answer.unmet is not None:
            yield ClosedGate(
                kind=answer.kind,
                keys=answer.keys,
                at=from_micros(answer.at),
                local=describe_local_time(time_zone, answer.at),
                condition=answer.unmet,
                subject=SUBJECTS[answer.kind](plan, answer.keys),
            )
