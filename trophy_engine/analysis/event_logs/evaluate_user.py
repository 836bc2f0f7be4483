"""The evaluation of one user's events, in order of time, under a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.core import (
    Agenda,
    Identify,
    Plan,
    RawEffect,
    Record,
    UserState,
    apply_command,
    apply_event_to_state,
    create_user_state,
    settle_user,
    show_step_to_plugs,
)
from trophy_engine.errors import EarlierThanSettled, Refused, TrophyError

_MAX_CACHED: Final = 10_000
_NO_ATTRIBUTES: Final[Mapping[str, str]] = {}


class UserResult(NamedTuple):
    """The state of a user (None if no event was accepted), the effects, and the number of evaluated events."""

    state: UserState | None
    effects: list[RawEffect]
    events: int


class UserEvaluator:
    """Evaluates the events of users, user by user, under one plan.

    Args:
        plan: the compiled rules.
        on_bad_row: called with each event that the rules refuse; a refused event changes nothing.
    """

    def __init__(self, plan: Plan, on_bad_row: Callable[[BadRow], object]) -> None:
        self.plan = plan
        self._agenda = Agenda(plan)
        self._on_bad_row = on_bad_row
        self._attribute_cache: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {(): _NO_ATTRIBUTES}
        self._state: UserState | None = None
        self._evaluated = 0

    def evaluate(self, events: Iterable[Event], until: int) -> UserResult:
        """Evaluate a user's events, in order of time, and settle the user to ``until``; later events are ignored.

        A row with a time zone other than the user's current one first changes the user's time zone.
        """
        self.begin()
        self.apply(events, until)
        return self.finish(until)

    def begin(self, state: UserState | None = None) -> None:
        """Begin with the next user, who has no state, or the one with which an earlier evaluation ended."""
        self._state = state
        self._evaluated = 0
        self._agenda.begin([])

    def apply(self, events: Iterable[Event], until: int) -> None:
        """Apply some of the user's events, in order of time, after those of earlier calls; see ``evaluate``."""
        agenda = self._agenda
        metrics = agenda.plan.recorded
        attribute_cache = self._attribute_cache
        has_plugs = self.plan.has_plugs
        state = self._state
        evaluated = 0
        for event in events:
            at, _, key, value, zone_name, pairs, _, _, _ = event
            if at > until:
                break
            metric = metrics.get(key)
            attributes = attribute_cache.get(pairs)
            if (
                metric is not None
                and attributes is not None
                and state is not None
                and (zone_name is None or state.clock.zone.name == zone_name)
                and not metric.can_block
            ):
                try:
                    apply_event_to_state(agenda, state, metric, value, at, attributes)
                except EarlierThanSettled:  # which leaves the state as it is; asking beforehand costs every event more
                    self._try_event(state, event)
                    continue
                if has_plugs:
                    show_step_to_plugs(agenda, state, _log_event_as_command(event), at)
                state.commands += 1
                evaluated += 1
            else:
                after = self._try_event(state, event)
                if after is not None:
                    state = after
                    evaluated += 1
        self._state = state
        self._evaluated += evaluated

    def take_effects(self) -> list[RawEffect]:
        """Return the effects since the last call, and forget them, so that many events of a user need no memory."""
        effects = self._agenda.effects
        self._agenda.begin([])
        return effects

    def finish(self, until: int) -> UserResult:
        """Settle the user to an instant; return the result, with the effects that were not taken."""
        state = self._state
        if state is not None:
            settle_user(self._agenda, state, until)
        return UserResult(state, self._agenda.effects, self._evaluated)

    def _try_event(self, state: UserState | None, event: Event) -> UserState | None:
        """Return the state after an event, or None if the event is refused."""
        agenda = self._agenda
        effects_before = len(agenda.effects)
        zone_name = event.time_zone
        try:
            metric = agenda.plan.recorded_metric(event.metric)
            attributes = self._check_attributes(event.attributes)
            if state is not None:
                state = state.copy()  # the original is kept in case of a refusal
            if zone_name is not None and (state is None or state.clock.zone.name != zone_name):
                state = apply_command(agenda, state, Identify(event.user_id, event.at, (("time_zone", zone_name),)))
            elif state is None:
                state = create_user_state(agenda, event.user_id, event.at)
            apply_event_to_state(agenda, state, metric, event.value, event.at, attributes)
            if self.plan.has_plugs:
                show_step_to_plugs(agenda, state, _log_event_as_command(event), event.at)
        except TrophyError as error:
            agenda.abandon(effects_before)
            self._on_bad_row(BadRow(event.source, str(error), isinstance(error, Refused)))
            return None
        state.commands += 1
        return state

    def _check_attributes(self, pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
        """Return attributes as a mapping after checking that the rules declare them."""
        if pairs not in self._attribute_cache:
            self.plan.check_attributes((key for key, _ in pairs), "event")
            if len(self._attribute_cache) >= _MAX_CACHED:
                self._attribute_cache.clear()
            self._attribute_cache[pairs] = dict(pairs)
        return self._attribute_cache[pairs]


def _log_event_as_command(event: Event) -> Record:
    return Record(event.user_id, event.at, event.metric, event.value, event.attributes, None)
