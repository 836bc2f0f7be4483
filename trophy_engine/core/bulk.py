"""Many events with nobody looking at each: the same evaluation, its effects counted instead of handed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from operator import itemgetter

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.effects import Effect
from trophy_engine.core.evaluate import record
from trophy_engine.core.plan import Plan
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.users import create
from trophy_engine.errors import Refused
from trophy_engine.numbers import Number

__all__ = ["Bulk"]

_EVENTS_BETWEEN_COUNTS = 500
_KIND = itemgetter(0)


class Bulk:
    """Evaluates events in order of time, as tuples of instant (microseconds), user, metric and exact value.

    Attributes:
        states: the users' states.
        counts: how often each kind of effect happened.
    """

    def __init__(self, plan: Plan, time_zones: Mapping[str, str] | None = None) -> None:
        self.states: dict[str, UserState] = {}
        self.counts: Counter[type[Effect]] = Counter()
        self._agenda = Agenda(plan)
        self._time_zones = time_zones or {}

    def record(self, events: Iterable[tuple[int, str, str, Number]]) -> None:
        """Evaluate events.

        Raises:
            Refused: the rules or the history do not allow one; those before it have happened.
        """
        waiting = iter(events)
        while chunk := tuple(islice(waiting, _EVENTS_BETWEEN_COUNTS)):
            self._record(chunk)
            self._count()

    def _record(self, events: Iterable[tuple[int, str, str, Number]]) -> None:
        agenda = self._agenda
        effects = agenda.effects
        states = self.states
        metrics = agenda.plan.metrics
        for at, user_id, key, value in events:
            metric = metrics.get(key) or agenda.plan.metric(key)
            state = states.get(user_id)
            if state is None or metric.blocks:
                known = len(effects)
                try:
                    state = self._create(user_id, at) if state is None else state.copy()
                    record(agenda, state, metric, value, at)
                except Refused:
                    del effects[known:]
                    agenda.awards.clear()
                    agenda.completed.clear()
                    raise
                states[user_id] = state
            else:
                record(agenda, state, metric, value, at)
            state.commands += 1

    def _create(self, user_id: str, at: int) -> UserState:
        return create(self._agenda, user_id, at, (("time_zone", self._time_zones.get(user_id)),))

    def settle(self, until: int) -> None:
        """Make everything that is due by an instant happen to every user."""
        for state in self.states.values():
            settle(self._agenda, state, until)
        self._count()

    def _count(self) -> None:
        self.counts.update(map(_KIND, self._agenda.effects))
        self._agenda.effects.clear()
