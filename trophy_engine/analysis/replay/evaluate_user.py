"""Playing: the events of one user, in order of time, evaluated under a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from trophy_engine.analysis.replay.events import BadRow, Event
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import Identify
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.effects import RawEffect
from trophy_engine.core.evaluate import apply, record
from trophy_engine.core.plan import Plan
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.users import create
from trophy_engine.errors import Refused, TrophyError
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["Stage"]

_MOST_KNOWN: Final = 10_000
_NO_ATTRIBUTES: Final[Mapping[str, str]] = {}

#: What becomes of a user: their state, all that happened, and how many of their events were evaluated.
Life = tuple[UserState | None, list[RawEffect], int]


class Stage:
    """Where users' events are played, one user after the other, under one ruleset.

    Args:
        ruleset: the rules.
        on_bad_row: told of each event that the rules refuse; such an event changes nothing.
    """

    def __init__(self, ruleset: Ruleset, on_bad_row: Callable[[BadRow], object]) -> None:
        self.plan: Plan = compile_plan(ruleset)
        self._agenda = Agenda(self.plan)
        self._on_bad_row = on_bad_row
        self._known: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {(): _NO_ATTRIBUTES}

    def play(self, events: Sequence[Event], until: int) -> Life:
        """Play a user's events, in order of time, and make what is due by an instant happen; later ones are left out.

        A row in another time zone than the user's last one moves the user there first.
        """
        agenda = self._agenda
        effects: list[RawEffect] = []
        agenda.effects = effects
        metrics = agenda.plan.metrics
        known = self._known
        state: UserState | None = None
        played = 0
        for event in events:
            at, _, key, value, home, attributes, _, _ = event
            if at > until:
                break
            metric = metrics.get(key)
            pairs = known.get(attributes)
            if (
                metric is not None
                and pairs is not None
                and state is not None
                and (home is None or state.zone.name == home)
                and not metric.blocks
            ):
                record(agenda, state, metric, value, at, pairs)
                state.commands += 1
                played += 1
            else:
                after = self._venture(state, event)
                if after is not None:
                    state = after
                    played += 1
        if state is not None:
            settle(agenda, state, until)
        return state, effects, played

    def _venture(self, state: UserState | None, event: Event) -> UserState | None:
        """Play an event that may be refused; give the state after it, or None where it was."""
        agenda = self._agenda
        before = len(agenda.effects)
        home = event.time_zone
        try:
            metric = agenda.plan.metric(event.metric)
            attributes = self._attributes(event.attributes)
            if state is not None:
                state = state.copy()  # what remains if the event is refused
            if home is not None and (state is None or state.zone.name != home):
                state = apply(agenda, state, Identify(event.user_id, event.at, (("time_zone", home),)))
            elif state is None:
                state = create(agenda, event.user_id, event.at)
            record(agenda, state, metric, event.value, event.at, attributes)
        except TrophyError as error:
            del agenda.effects[before:]
            agenda.awards.clear()
            agenda.completed.clear()
            self._on_bad_row(BadRow(event.source, str(error), isinstance(error, Refused)))
            return None
        state.commands += 1
        return state

    def _attributes(self, pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
        """Give attributes as a mapping once they are known to be declared."""
        if pairs not in self._known:
            self.plan.check_attributes((key for key, _ in pairs), "event")
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[pairs] = dict(pairs)
        return self._known[pairs]
