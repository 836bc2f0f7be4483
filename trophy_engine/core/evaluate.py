"""Evaluation: one command applied to one user.

The order within an event is that of dependence: metric total, streak, achievements (metric, streak, then composites
until nothing follows), points in the order of the triggers, levels with each award. Points unlock nothing, so one pass
is enough. Every command first settles what time has made due.

A refused command raises before it has changed anything, except where points turn out to be missing on the way
(``OutOfPoints``): for a metric that can be blocked, hand in a copy of the state and keep it only on success.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.achievements import complete, complete_composites, cross, cross_metric
from trophy_engine.core.commands import Changes, Complete, Record, UserCommand
from trophy_engine.core.effects import FreezeGranted, MetricChanged, UserChanged, UserCreated
from trophy_engine.core.leaderboards import count_for_boards
from trophy_engine.core.plan import AchievementPlan, MetricPlan, Plan
from trophy_engine.core.points import pay
from trophy_engine.core.settle import anniversaries_by, pass_ticks, pay_ticks_skipped, settle
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import count, protect
from trophy_engine.core.turn import Turn
from trophy_engine.errors import (
    AlreadyCompleted,
    EarlierThanSettled,
    FilterMismatch,
    InvalidValue,
    UnknownKey,
)
from trophy_engine.numbers import Number, add
from trophy_engine.rules.achievements import ApiTrigger

__all__ = ["apply", "create", "record"]

_UTC = "UTC"
_NO_ATTRIBUTES: Mapping[str, str] = {}


def apply(turn: Turn, state: UserState | None, command: UserCommand) -> UserState:
    """Apply a command to a user, who is created if there is no state yet.

    What happens is appended to ``turn.effects``. Gives back the state afterwards, which is the one handed in wherever
    that can be.

    Raises:
        Refused: the rules or the history do not allow it; the state handed in is as it was.
        UnknownKey: the rules do not know the metric or the achievement.
    """
    at = command.at
    if isinstance(command, Record):
        metric = turn.plan.metrics.get(command.metric) or turn.plan.metric(command.metric)
        if state is None:
            state = create(turn, command.user_id, at)
        elif metric.blocks:
            state = state.copy()
        record(
            turn, state, metric, command.value, at, dict(command.attributes) if command.attributes else _NO_ATTRIBUTES
        )
    elif isinstance(command, Complete):
        achievement = _api_achievement(turn.plan, command.achievement)
        if state is None:
            state = create(turn, command.user_id, at)
        _complete_by_call(turn, state, achievement, at)
    elif state is None:
        state = create(turn, command.user_id, at, command.changes)
    else:
        _identify(turn, state, command.changes, at)
    state.commands += 1
    return state


def _advance(turn: Turn, state: UserState, at: int) -> None:
    if at < state.settled:
        raise EarlierThanSettled(state.id, from_micros(at), from_micros(state.settled))
    settle(turn, state, at)


def record(  # noqa: C901  # one event, step by step
    turn: Turn,
    state: UserState,
    metric: MetricPlan,
    value: Number,
    at: int,
    attributes: Mapping[str, str] = _NO_ATTRIBUTES,
) -> None:
    """Apply an event.

    Raises:
        EarlierThanSettled: the user's history has already passed the instant.
        OutOfPoints: a blocking trigger lacks points; the state is spoilt then.
    """
    if state.settled <= at < state.due:
        state.settled = at
    else:
        _advance(turn, state, at)
    gauge = state.gauges[metric.total.index]
    before = gauge.total
    after = before + value if type(before) is int and type(value) is int else add(before, value)
    gauge.total = after
    turn.effects.append((MetricChanged, state.id, at, metric.key, value, before, after))
    if metric.boards:
        count_for_boards(metric.boards, state, value, at, state.zone)
    streak = metric.streak
    if streak is not None and not count(turn, state, streak, metric.condition, value, at):
        streak = None
    if not gauge.low <= after < gauge.high:
        cross_metric(turn, state, metric.total, gauge, before, after, at)
    for matching in metric.matching:
        if matching.event_attributes.mismatch(attributes) is None:
            gauge = state.gauges[matching.index]
            before = gauge.total
            gauge.total = after = add(before, value)
            if not gauge.low <= after < gauge.high:
                cross_metric(turn, state, matching, gauge, before, after, at)
    if streak is not None:
        cross(turn, state, streak.length, state.length - 1, state.length, at)
    if turn.completed or state.recheck:
        complete_composites(turn, state, at)
    if turn.awards:
        pay(turn, state, at)


def _api_achievement(plan: Plan, key: str) -> AchievementPlan:
    found = plan.achievements.get(key)
    if found is None or not isinstance(found.rule.trigger, ApiTrigger):
        known = [one.key for one in plan.achievements.values() if isinstance(one.rule.trigger, ApiTrigger)]
        raise UnknownKey("api achievement", key, tuple(known))
    return found


def _complete_by_call(turn: Turn, state: UserState, achievement: AchievementPlan, at: int) -> None:
    """Complete an ``api`` achievement.

    Raises:
        EarlierThanSettled: the user's history has already passed the instant.
        AlreadyCompleted: they hold it.
        FilterMismatch: it is not for them.
    """
    if achievement.key in state.completed:
        raise AlreadyCompleted(state.id, achievement.key, from_micros(state.completed[achievement.key]))
    wanted = achievement.user_attributes
    name = None if wanted is None else wanted.mismatch(state.attributes)
    if wanted is not None and name is not None:
        raise FilterMismatch(state.id, achievement.key, name, wanted[name], state.attributes.get(name))
    _advance(turn, state, at)
    complete(turn, state, achievement, at)
    complete_composites(turn, state, at)
    pay(turn, state, at)


def create(turn: Turn, user_id: str, at: int, changes: Changes = ()) -> UserState:
    """Create a user with the fields they are first given, and make all that follows from their creation happen.

    Raises:
        InvalidValue: the sign-up date lies in the future of the user's zone.
    """
    fields = dict(changes)
    state = UserState(turn.plan, user_id, at, zone(fields.get("time_zone") or _UTC))
    _check_sign_up_date(fields, state, at)
    turn.effects.append((UserCreated, user_id, at, state.zone.name))
    _change(turn, state, fields, at)
    freezes = turn.plan.streak.freezes if turn.plan.streak else None
    if freezes is not None and freezes.start_count:
        state.freezes = freezes.start_count
        turn.effects.append((FreezeGranted, user_id, at, state.freezes, state.freezes))
    turn.awards += [(trigger.order, trigger, 1) for trigger in turn.plan.creation]
    pay(turn, state, at)
    settle(turn, state, at)
    return state


def _identify(turn: Turn, state: UserState, changes: Changes, at: int) -> None:
    """Apply changes to a user's fields.

    Raises:
        EarlierThanSettled: the user's history has already passed the instant.
        InvalidValue: the sign-up date lies in the future of the user's zone.
    """
    fields = dict(changes)
    _check_sign_up_date(fields, state, at)
    _advance(turn, state, at)
    _change(turn, state, fields, at)


def _check_sign_up_date(fields: Mapping[str, str | None], state: UserState, at: int) -> None:
    signed_up = fields.get("sign_up_date")
    if signed_up is None:
        return
    home = zone(fields["time_zone"] or _UTC) if "time_zone" in fields else state.zone
    today = date.fromordinal(home.window(at)[0])
    if date.fromisoformat(signed_up) > today:
        raise InvalidValue(f"sign_up_date {signed_up} must not be later than today, {today} in {home.name}")


def _change(turn: Turn, state: UserState, changes: dict[str, str | None], at: int) -> None:
    for field, wanted in changes.items():
        before = _current(state, field)
        after = zone(wanted or _UTC).name if field == "time_zone" else wanted
        if before == after:
            continue
        turn.effects.append((UserChanged, state.id, at, field, before, after))
        kind, _, key = field.partition(".")
        if kind == "attributes":
            _change_attribute(state, key, str(after))
        elif field == "time_zone":
            _change_zone(turn, state, zone(str(after)), at)
        elif field != "sign_up_date":
            setattr(state, field, after)
    if "sign_up_date" in changes and _current(state, "sign_up_date") != changes["sign_up_date"]:
        _change_sign_up_date(turn, state, changes["sign_up_date"], at)


def _current(state: UserState, field: str) -> str | None:
    kind, _, key = field.partition(".")
    if kind == "attributes":
        return state.attributes.get(key)
    if field == "time_zone":
        return state.zone.name
    if field == "sign_up_date":
        return None if state.sign_up_day is None else date.fromordinal(state.sign_up_day).isoformat()
    current: Any = getattr(state, field)
    return None if current is None else str(current)


def _change_attribute(state: UserState, key: str, value: str) -> None:
    """Set an attribute; marks that a filter kept from the user are open to the next relevant event."""
    state.attributes = {**state.attributes, key: value}
    state.forget()


def _change_zone(turn: Turn, state: UserState, home: Zone, at: int) -> None:
    """Move a user to another zone: no streak breaks by it, no midnight and no daily award happens twice."""
    pass_ticks(turn.plan, state, at)
    departure, _ = state.zone.window(at)
    arrival, _ = home.window(at)
    jump_east = home.offset(at) > state.zone.offset(at)
    state.zone = home
    state.due = state.next_tick = at
    if jump_east:
        if turn.plan.streak is not None:
            protect(state, turn.plan.streak, departure, arrival)
        pay_ticks_skipped(turn, state, at)
    settle(turn, state, at)


def _change_sign_up_date(turn: Turn, state: UserState, signed_up: str | None, at: int) -> None:
    """Set the sign-up date; anniversaries that have passed are completed in silence."""
    state.years = 0
    state.sign_up_day = None if signed_up is None else date.fromisoformat(signed_up).toordinal()
    state.forget()
    if state.sign_up_day is not None:
        state.years = anniversaries_by(state.sign_up_day, state.zone.window(at)[0])
        cross(turn, state, turn.plan.anniversaries, 0, state.years, at, silently=True)
        complete_composites(turn, state, at, silently=True)
